package dev.sluice.consumer;

import dev.sluice.config.InvalidSetting;

import java.time.Duration;

/**
 * What becomes of events of a {@code strict} subscription that wait for a missing one of their entity.
 *
 * @param deadline   how long that is nobody's concern
 * @param afterwards what happens then, besides an alert
 */
public record GapSettings(Duration deadline, Afterwards afterwards) {

    /** After the deadline. */
    public enum Afterwards {
        /** They wait on, until the missing event comes, is replayed or is discarded. */
        WAIT,
        /** They become dead letters (BLOCKED_BY), to be replayed in order. */
        DEAD_LETTER
    }

    static final GapSettings STANDARD = new GapSettings(Duration.ofSeconds(60), Afterwards.WAIT);

    public GapSettings {
        InvalidSetting.unless(deadline != null && deadline.toMillis() >= 1, "consumer.gaps.deadline", deadline,
                "above 0ms");
        afterwards = afterwards == null ? Afterwards.WAIT : afterwards;
    }
}
