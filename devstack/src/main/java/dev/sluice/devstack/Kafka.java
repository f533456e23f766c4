package dev.sluice.devstack;

/** One broker, which is a controller, too. Topics are created by asking, never by accident. */
public interface Kafka extends Part {

    /** {@code host:port} of this broker; the others of its cluster are found through it. */
    String bootstrapServers();
}
