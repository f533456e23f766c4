package dev.sluice.testing.fault;

import java.time.Duration;

/** How a connection between two parts is. */
public sealed interface Condition {

    /** As if nothing were between. */
    record Clear() implements Condition {
    }

    /** Open connections are reset, new ones refused at once. */
    record Cut() implements Condition {
    }

    /** Connections stay open, also new ones, and no byte arrives on either side. They are reset when it is over. */
    record HalfOpen() implements Condition {
    }

    /** Every byte arrives so much later, in each direction. */
    record Delayed(Duration by) implements Condition {
    }

    /** Each direction of each connection carries no more than that. */
    record Throttled(int bytesPerSecond) implements Condition {
    }
}
