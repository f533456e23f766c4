package dev.sluice.devstack;

import java.util.Collection;
import java.util.List;

/** A real Kafka, PostgreSQL and Redis. Nothing runs before {@link #start}; the addresses are known all the same. Closing it stops all three side by side and leaves no process behind. */
public interface Stack extends AutoCloseable {

    Kafka kafka();

    Postgres postgres();

    Redis redis();

    /** Starts those side by side; what runs already stays as it is. @throws StackFailure when one can't start */
    void start(Collection<PartName> wanted);

    default List<Part> parts() {
        return List.of(kafka(), postgres(), redis());
    }

    @Override
    void close();
}
