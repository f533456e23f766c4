package dev.sluice.devstack;

/** One broker, which is its own controller. Topics are created by asking, never by accident. */
public interface Kafka extends Part {

    /** {@code host:port}. */
    String bootstrapServers();
}
