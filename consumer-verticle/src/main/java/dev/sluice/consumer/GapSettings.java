package dev.sluice.consumer;

import dev.sluice.config.InvalidSetting;

import java.time.Duration;

/**
 * What becomes of events of a {@code strict} subscription that wait for a missing one of their entity.
 *
 * @param deadline      how long that is nobody's concern
 * @param afterwards    what happens then, besides an alert
 * @param maxWaiting    of one partition; what comes too early then is a dead letter
 * @param firstSequence of each entity; null: the first that is seen of it, whichever that is
 */
public record GapSettings(Duration deadline, Afterwards afterwards, int maxWaiting, Long firstSequence) {

    /** After the deadline. */
    public enum Afterwards {
        /** They wait on, until the missing event comes, is replayed or is discarded. */
        WAIT,
        /** They become dead letters (BLOCKED_BY), to be replayed in order. */
        DEAD_LETTER
    }

    static final GapSettings STANDARD = new GapSettings(Duration.ofSeconds(60), Afterwards.WAIT, 10_000, null);

    public GapSettings {
        InvalidSetting.unless(deadline != null && deadline.toMillis() >= 1, "consumer.gaps.deadline", deadline,
                "above 0ms");
        InvalidSetting.unless(maxWaiting >= 1 && maxWaiting <= 10_000_000, "consumer.gaps.max-waiting", maxWaiting,
                "1 to 10000000");
        InvalidSetting.unless(firstSequence == null || firstSequence >= 0, "consumer.gaps.first-sequence", firstSequence,
                "0 or more, or nothing: the first that is seen");
        afterwards = afterwards == null ? Afterwards.WAIT : afterwards;
    }
}
