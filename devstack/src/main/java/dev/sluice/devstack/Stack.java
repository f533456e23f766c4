package dev.sluice.devstack;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A real Kafka, PostgreSQL and Redis. Nothing runs before {@link #start}; the addresses are known all the same. Closing it
 * stops all side by side and leaves no process behind.
 */
public interface Stack extends AutoCloseable {

    /** The only broker, or the first one. */
    Kafka kafka();

    /** Of one cluster. */
    default List<Kafka> brokers() {
        return List.of(kafka());
    }

    /** Of all brokers. */
    default String bootstrapServers() {
        return brokers().stream().map(Kafka::bootstrapServers).collect(Collectors.joining(","));
    }

    Postgres postgres();

    Redis redis();

    /** Starts those side by side; what runs already stays as it is. @throws StackFailure when one can't start */
    void start(Collection<PartName> wanted);

    default List<Part> parts() {
        List<Part> parts = new ArrayList<>(brokers());
        parts.addAll(List.of(postgres(), redis()));
        return parts;
    }

    @Override
    void close();
}
