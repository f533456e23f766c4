package dev.sluice.dlq;

import dev.sluice.config.InvalidSetting;
import dev.sluice.failure.FailureRules;
import dev.sluice.failure.RetrySchedule;

import java.time.Duration;
import java.util.Map;

/**
 * How failures are judged and retried.
 *
 * @param retry           of every group that has no own
 * @param retryByGroup    by group; what it leaves out is as in {@code retry}
 * @param rules           the standard rules with the settings' own over them
 * @param deliveryTimeout a record that Kafka has not acknowledged for so long was not routed
 */
public record DlqSettings(Retry retry, Map<String, Retry> retryByGroup, FailureRules rules, Duration deliveryTimeout) {

    private static final Duration SHORTEST_DELIVERY = Duration.ofSeconds(1);
    private static final Duration LONGEST_DELIVERY = Duration.ofSeconds(12);

    /** What is null is as in the schedule underneath. */
    public record Retry(Integer max, Duration baseDelay, Duration longestDelay) {

        private static final Retry NOTHING = new Retry(null, null, null);

        RetrySchedule over(RetrySchedule under) {
            return new RetrySchedule(max == null ? under.max() : max, baseDelay == null ? under.base() : baseDelay,
                    longestDelay == null ? under.longest() : longestDelay);
        }
    }

    public DlqSettings {
        retry = retry == null ? Retry.NOTHING : retry;
        retryByGroup = retryByGroup == null ? Map.of() : Map.copyOf(retryByGroup);
        rules = rules == null ? FailureRules.standard() : FailureRules.standard().with(rules);
        InvalidSetting.unless(deliveryTimeout != null && deliveryTimeout.compareTo(SHORTEST_DELIVERY) >= 0
                && deliveryTimeout.compareTo(LONGEST_DELIVERY) <= 0, "dlq.delivery-timeout", deliveryTimeout, "1s to 12s");
        RetrySchedule common = retry.over(RetrySchedule.STANDARD);
        retryByGroup.forEach((group, own) -> checked(group, own, common));
    }

    /** The contract's numbers. */
    public static DlqSettings standard() {
        return new DlqSettings(Retry.NOTHING, Map.of(), FailureRules.standard(), Duration.ofSeconds(9));
    }

    /** The retries of one group. */
    public RetrySchedule scheduleOf(String group) {
        return retryByGroup.getOrDefault(group, Retry.NOTHING).over(retry.over(RetrySchedule.STANDARD));
    }

    private static void checked(String group, Retry own, RetrySchedule common) {
        try {
            own.over(common);
        } catch (InvalidSetting e) {
            throw new InvalidSetting("dlq.retry-by-group." + group, own, "as for dlq.retry (" + e.getMessage() + ")");
        }
    }
}
