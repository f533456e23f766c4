package dev.sluice.failure;

import dev.sluice.config.InvalidSetting;

import java.time.Duration;

/**
 * How often an event is retried, and after which delay: {@code min(base x 2^n, longest)} before retry n. With the
 * contract's numbers (1 s, 30 s, 4 retries) that is 2, 4, 8 and 16 s. Pure.
 *
 * @param max     retries before the dead letter; 0 to 30
 * @param base    the delay that doubles
 * @param longest no delay is longer
 */
public record RetrySchedule(int max, Duration base, Duration longest) {

    public static final RetrySchedule STANDARD = new RetrySchedule(4, Duration.ofSeconds(1), Duration.ofSeconds(30));

    public RetrySchedule {
        InvalidSetting.unless(max >= 0 && max <= 30, "dlq.retry.max", max, "a whole number from 0 to 30");
        InvalidSetting.unless(base.toMillis() >= 1, "dlq.retry.base-delay", base, "at least 1ms");
        InvalidSetting.unless(longest.compareTo(base) >= 0, "dlq.retry.longest-delay", longest, "at least base-delay");
    }

    /** @param retry 1 for the first retry */
    public Duration delayBefore(int retry) {
        return Duration.ofMillis(Math.min(base.toMillis() << Math.min(retry, 30), longest.toMillis()));
    }

    /** Whether another retry follows an attempt that failed after {@code made} retries. */
    public boolean allowsAnother(int made) {
        return made < max;
    }

    /** Number of different delays: a retry partition holds records of one of them only. */
    public int delayClasses() {
        return (int) java.util.stream.IntStream.rangeClosed(1, Math.max(1, max)).mapToLong(n -> delayBefore(n).toMillis())
                .distinct().count();
    }

    /** Which of the {@link #delayClasses} the delay before that retry belongs to, from 0. */
    public int delayClass(int retry) {
        return (int) java.util.stream.IntStream.rangeClosed(1, retry).mapToLong(n -> delayBefore(n).toMillis())
                .distinct().count() - 1;
    }
}
