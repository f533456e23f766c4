package dev.sluice.lag;

import dev.sluice.config.InvalidSetting;

import java.time.Duration;

/**
 * How often lag is sampled.
 *
 * @param interval between two samples
 * @param deadline a sample that Kafka has not answered by then has failed; below the deadline of a question for lag
 */
public record LagSettings(Duration interval, Duration deadline) {

    private static final Duration LONGEST_DEADLINE = Duration.ofSeconds(9);

    public LagSettings {
        InvalidSetting.unless(interval != null && interval.toMillis() >= 100, "lag.interval", interval, "100ms or more");
        InvalidSetting.unless(deadline != null && deadline.toMillis() >= 100 && deadline.compareTo(LONGEST_DEADLINE) <= 0,
                "lag.deadline", deadline, "100ms to 9s");
    }

    /** The contract's numbers. */
    public static LagSettings standard() {
        return new LagSettings(Duration.ofSeconds(30), Duration.ofSeconds(4));
    }
}
