package dev.sluice.lag;

import java.time.Duration;

/**
 * How many consumer instances a group should have, by its lag and never by CPU. More after 3 minutes above 5,000 (as many
 * as the lag has thousands of five, at most twice as many as there are), one less after 10 minutes below 500; between the
 * two nothing changes, and after each change the time begins anew: so it does not flap. Pure.
 */
final class ScalingRule {

    static final long TARGET = 5_000;
    static final long LOW = 500;
    private static final long UP_AFTER = Duration.ofMinutes(3).toMillis();
    private static final long DOWN_AFTER = Duration.ofMinutes(10).toMillis();
    private static final long NEVER = -1;

    /**
     * @param instances      that own partitions
     * @param partitions     more instances than these would have nothing to do
     * @param downstreamSlow by the limit in force where the group runs; false when nobody has told
     */
    record Seen(long lag, int instances, int partitions, boolean breakerOpen, boolean downstreamSlow) {
    }

    /** @param reason for an operator */
    record Wanted(int instances, String reason) {
    }

    private long aboveSince = NEVER;
    private long belowSince = NEVER;
    private int lastInstances = -1;

    Wanted onSampled(Seen seen, long nowMillis) {
        if (seen.instances() != lastInstances) {
            lastInstances = seen.instances();
            aboveSince = NEVER;
            belowSince = NEVER;
        }
        aboveSince = seen.lag() <= TARGET ? NEVER : aboveSince == NEVER ? nowMillis : aboveSince;
        belowSince = seen.lag() >= LOW ? NEVER : belowSince == NEVER ? nowMillis : belowSince;
        int now = Math.max(1, seen.instances());
        if (aboveSince != NEVER && nowMillis - aboveSince >= UP_AFTER) {
            return more(seen, now);
        }
        if (belowSince != NEVER && nowMillis - belowSince >= DOWN_AFTER && now > 1) {
            return new Wanted(now - 1, "lag below " + LOW + " for 10 minutes");
        }
        return new Wanted(now, aboveSince != NEVER ? "lag above " + TARGET + ", not for 3 minutes yet"
                : belowSince != NEVER && now > 1 ? "lag below " + LOW + ", not for 10 minutes yet" : "as it should be");
    }

    private static Wanted more(Seen seen, int now) {
        if (seen.breakerOpen()) {
            return new Wanted(now, "lag above " + TARGET + ", but the breaker is open: more consumers would not help");
        }
        if (seen.downstreamSlow()) {
            return new Wanted(now, "lag above " + TARGET + ", but the downstream is slow: more consumers would press it");
        }
        if (now >= seen.partitions()) {
            return new Wanted(now, "lag above " + TARGET + ", but each partition has an instance");
        }
        long byLag = (seen.lag() + TARGET - 1) / TARGET;
        int wanted = (int) Math.min(seen.partitions(), Math.max(now + 1, Math.min(byLag, now * 2L)));
        return new Wanted(wanted, "lag above " + TARGET + " for 3 minutes");
    }
}
