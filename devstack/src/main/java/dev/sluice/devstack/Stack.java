package dev.sluice.devstack;

import java.util.List;

/** A real Kafka, PostgreSQL and Redis. Closing it stops all three side by side and leaves no process behind. */
public interface Stack extends AutoCloseable {

    Kafka kafka();

    Postgres postgres();

    Redis redis();

    default List<Part> parts() {
        return List.of(kafka(), postgres(), redis());
    }

    @Override
    void close();
}
