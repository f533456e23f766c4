package dev.sluice.lag;

import dev.sluice.bus.LagVerdict;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/** What becomes of a partition's unread events, and why, in words. Pure. */
final class VerdictRule {

    static final long STILL_MILLIS = Duration.ofSeconds(60).toMillis();

    record Judgement(LagVerdict verdict, String reason) {
    }

    private VerdictRule() {
    }

    /**
     * @param pause     why the member waits on purpose
     * @param dueMillis when the oldest unread record of a retry topic is due
     */
    static Judgement judge(PartitionReading reading, PartitionHistory history, Optional<String> pause,
                           OptionalLong dueMillis, long parked, long nowMillis) {
        long unread = LagCalculator.outstanding(reading);
        if (unread == 0) {
            return ok(parked == 0 ? "nothing is unread" : "nothing is unread, " + parked + " parked for their turn");
        }
        if (dueMillis.orElse(nowMillis) > nowMillis) {
            return ok("the next retry is due in " + seconds(dueMillis.getAsLong() - nowMillis) + " s");
        }
        String commit = commit(reading) + paused(pause) + (parked == 0 ? "" : "; " + parked + " parked for their turn");
        long still = history.stillMillis(nowMillis);
        if (still >= STILL_MILLIS) {
            return reading.member().isPresent()
                    ? new Judgement(LagVerdict.STALLED, unread + " unread; " + reading.member().get()
                            + " owns the partition and has not moved for " + seconds(still) + " s" + commit)
                    : new Judgement(LagVerdict.STOPPED, unread + " unread; no member of the group owns the partition, "
                            + "and nobody has committed for " + seconds(still) + " s" + commit);
        }
        if (history.grows()) {
            return new Judgement(LagVerdict.LAGGING, "grew from " + history.oldest() + " to " + history.newest()
                    + " over the last " + PartitionHistory.TREND + " samples" + commit);
        }
        return ok((reading.member().isPresent() ? "is worked off by " + reading.member().get() : "no member yet") + commit);
    }

    private static Judgement ok(String reason) {
        return new Judgement(LagVerdict.OK, reason);
    }

    private static String commit(PartitionReading reading) {
        return reading.hasForeignCommit() ? "; its commit is beyond the end: of an earlier topic of this name"
                : reading.committed().isEmpty() ? "; it never committed"
                : reading.committed().getAsLong() < reading.low() ? "; retention has removed "
                        + (reading.low() - reading.committed().getAsLong()) + " events that it had not read" : "";
    }

    private static String paused(Optional<String> pause) {
        return pause.map(reason -> "; paused: " + reason).orElse("");
    }

    private static long seconds(long millis) {
        return Math.round(millis / 1000.0);
    }
}
