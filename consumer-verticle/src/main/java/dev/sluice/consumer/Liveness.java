package dev.sluice.consumer;

import java.time.Duration;

/**
 * How long members of a group may be silent.
 *
 * @param beat     time between two signs of life
 * @param alive    silent for so long and its connection to Redis gone: its process is dead
 * @param unknown  the same when nobody can tell about its connection
 * @param stalled  silent for so long with its connection open (frozen, overloaded, its host gone): it is as good as dead
 * @param trusted  Redis must have answered for so long before its word about others counts
 * @param holdBack a removal that failed is tried again after so long
 */
record Liveness(Duration beat, Duration alive, Duration unknown, Duration stalled, Duration trusted, Duration holdBack) {

    /** Trusted is above the longest pause between two tries of a Redis link, with its jitter. */
    static final Liveness STANDARD = new Liveness(Duration.ofMillis(300), Duration.ofMillis(1_200), Duration.ofMillis(1_700),
            Duration.ofSeconds(4), Duration.ofSeconds(4), Duration.ofSeconds(2));

    /** What one look at a silent member says. */
    enum Finding { ASK_FOR_ITS_CONNECTION, SILENT, DEAD }

    /** @param connection of the member at its last sign of life; empty when it is not known */
    Finding of(long silentMillis, String connection) {
        if (silentMillis >= stalled.toMillis()) {
            return Finding.DEAD;
        }
        if (connection.isEmpty()) {
            return silentMillis >= unknown.toMillis() ? Finding.DEAD : Finding.SILENT;
        }
        return silentMillis >= alive.toMillis() ? Finding.ASK_FOR_ITS_CONNECTION : Finding.SILENT;
    }
}
