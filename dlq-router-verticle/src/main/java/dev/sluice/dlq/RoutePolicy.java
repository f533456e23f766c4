package dev.sluice.dlq;

import dev.sluice.bus.RouteFailure;
import dev.sluice.bus.RouteFailure.Order;
import dev.sluice.event.FailureHeaders;
import dev.sluice.event.RawRecord;
import dev.sluice.event.Sequences;
import dev.sluice.event.Topics;
import dev.sluice.failure.ExpiredRecord;
import dev.sluice.failure.FailureClassifier;
import dev.sluice.failure.RetrySchedule;
import dev.sluice.failure.Verdict;

import java.time.Duration;
import java.util.function.Function;

/** Decides the way of a failed event. Pure. */
final class RoutePolicy {

    /** What no rule knows is poison when it has failed so often ... */
    private static final int POISON_FAILURES = 3;
    /** ... within so long. */
    private static final long POISON_MILLIS = 1_000;

    private static final String BLOCKED_BY = "BLOCKED_BY";
    private static final String EXPIRED = "EXPIRED";

    private final FailureClassifier classifier;
    private final Function<String, RetrySchedule> scheduleOf;

    /** @param scheduleOf by group */
    RoutePolicy(FailureClassifier classifier, Function<String, RetrySchedule> scheduleOf) {
        this.classifier = classifier;
        this.scheduleOf = scheduleOf;
    }

    Route decide(RouteFailure failure) {
        int made = failure.order() == Order.RELAXED ? retriesMade(failure.record()) : failure.retries();
        return switch (classifier.classify(failure.error())) {
            case PERMANENT -> new Route.Letter(Topics.DLQ_ERRORS, made,
                    isBlockedAgain(failure) ? BLOCKED_BY : isExpired(failure) ? EXPIRED : Verdict.PERMANENT.name());
            case POISON -> poison(made);
            case UNKNOWN -> isPoison(failure) ? poison(made) : retryOrGiveUp(failure, made);
            // The consumer repeats conflicts and waits out outages; one that comes here is past that.
            case TRANSIENT, CONFLICT, OUTAGE -> retryOrGiveUp(failure, made);
        };
    }

    /** Its first letter may not have been written: this one tells what that would have told. */
    private static boolean isBlockedAgain(RouteFailure failure) {
        return failure.order() == Order.BLOCKED && failure.diedBefore();
    }

    private static boolean isExpired(RouteFailure failure) {
        return failure.error().types().contains(ExpiredRecord.class.getName());
    }

    private Route retryOrGiveUp(RouteFailure failure, int made) {
        if (failure.order() == Order.BLOCKED) {
            return new Route.Letter(Topics.DLQ_ERRORS, made, BLOCKED_BY);
        }
        RetrySchedule schedule = scheduleOf.apply(failure.group());
        if (!schedule.allowsAnother(made)) {
            return new Route.Letter(Topics.DLQ_ERRORS, made, Verdict.TRANSIENT.name());
        }
        Duration delay = schedule.delayBefore(made + 1);
        return failure.order() == Order.PRESERVED ? new Route.Park(made + 1, delay)
                : new Route.Retry(retryTopic(failure.record().topic()), made + 1, delay);
    }

    private static Route poison(int made) {
        return new Route.Letter(Topics.DLQ_POISON, made, Verdict.POISON.name());
    }

    private static boolean isPoison(RouteFailure failure) {
        return failure.failures() >= POISON_FAILURES && failure.withinMillis() <= POISON_MILLIS;
    }

    /** Sluice alone writes to retry topics, so only there the header means anything. */
    private static int retriesMade(RawRecord record) {
        return Topics.isRetry(record.topic())
                ? (int) Math.min(Integer.MAX_VALUE - 1, Sequences.parse(record.header(FailureHeaders.RETRY_COUNT)).orElse(0))
                : 0;
    }

    private static String retryTopic(String topic) {
        return Topics.isRetry(topic) ? topic : Topics.retryOf(topic);
    }
}
