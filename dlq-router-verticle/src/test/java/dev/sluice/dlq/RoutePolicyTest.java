package dev.sluice.dlq;

import dev.sluice.bus.RouteFailure;
import dev.sluice.event.FailureHeaders;
import dev.sluice.event.RawRecord;
import dev.sluice.event.RawRecord.Header;
import dev.sluice.failure.ErrorInfo;
import dev.sluice.failure.FailureClassifier;
import dev.sluice.failure.FailureRules;
import dev.sluice.failure.RetrySchedule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Duration;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

class RoutePolicyTest {

    private static final Route FIRST_RETRY = new Route.Retry("events.retry", 1, Duration.ofSeconds(2));
    private static final Route PERMANENT = new Route.Letter("dlq.errors", 0, "PERMANENT");
    private static final Route POISON = new Route.Letter("dlq.poison", 0, "POISON");

    private final RoutePolicy policy =
            new RoutePolicy(new FailureClassifier(FailureRules.standard()), group -> RetrySchedule.STANDARD);

    @ParameterizedTest(name = "SQLSTATE {0}: {1}")
    @CsvSource({
            "40001, RETRY", "40P01, RETRY", "55P03, RETRY",
            "57014, RETRY", "25P03, RETRY", "25P04, RETRY",
            "08006, RETRY", "53300, RETRY", "57P01, RETRY",
            "22001, PERMANENT", "22P02, PERMANENT", "23505, PERMANENT", "23514, PERMANENT",
            "42601, RETRY"})
    void shouldDecideBySqlState(String sqlState, String way) {
        assertThat(decide(Failures.record("events"), Failures.sqlState(sqlState))).isEqualTo(way(way));
    }

    @Test
    void shouldNameWhatIsTooOld() {
        assertThat(decide(Failures.record("events"), Failures.type("dev.sluice.failure.ExpiredRecord")))
                .isEqualTo(new Route.Letter("dlq.errors", 0, "EXPIRED"));
    }

    @ParameterizedTest(name = "HTTP {0}: {1}")
    @CsvSource({
            "408, RETRY", "425, RETRY", "429, RETRY", "500, RETRY", "503, RETRY", "302, RETRY",
            "400, PERMANENT", "404, PERMANENT", "422, PERMANENT"})
    void shouldDecideByHttpStatus(int status, String way) {
        ErrorInfo error = new ErrorInfo(List.of("dev.sluice.failure.HttpStatusFailure"), null, status, "", "");

        assertThat(decide(Failures.record("events"), error)).isEqualTo(way(way));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
            "dev.sluice.api.TransientFailure, RETRY", "java.util.concurrent.TimeoutException, RETRY",
            "java.io.IOException, RETRY", "io.vertx.core.http.HttpClosedException, RETRY",
            "io.vertx.sqlclient.ClosedConnectionException, RETRY", "io.vertx.circuitbreaker.OpenCircuitException, RETRY",
            "java.lang.NullPointerException, RETRY",
            "dev.sluice.api.PermanentFailure, PERMANENT", "dev.sluice.failure.UndecodableRecord, POISON"})
    void shouldDecideByExceptionType(String type, String way) {
        assertThat(decide(Failures.record("events"), Failures.type(type))).isEqualTo(way(way));
    }

    @ParameterizedTest(name = "{0} failures within {1} ms: {2}")
    @CsvSource({"3, 1000, POISON", "4, 10, POISON", "3, 1001, RETRY", "2, 10, RETRY", "1, 0, RETRY"})
    void shouldCallTheUnknownPoisonWhenItFailsThreeTimesWithinASecond(int failures, long withinMillis, String way) {
        ErrorInfo unknown = Failures.type("java.lang.IllegalStateException");

        Route route = policy.decide(Failures.of(Failures.record("events"), "id", unknown, failures, withinMillis));

        assertThat(route).isEqualTo(way(way));
    }

    @Test
    void shouldNotCallPoisonWhatARuleKnows() {
        Route route = policy.decide(Failures.of(Failures.record("events"), "id", Failures.transientError(), 9, 10));

        assertThat(route).isEqualTo(FIRST_RETRY);
    }

    @ParameterizedTest(name = "after {0} retries: retry {1} in {2} s")
    @CsvSource({"0, 1, 2", "1, 2, 4", "2, 3, 8", "3, 4, 16"})
    void shouldDoubleTheDelayAndStayInTheSameRetryTopic(int made, int retry, long seconds) {
        assertThat(decide(Failures.retried("events.retry", made), Failures.transientError()))
                .isEqualTo(new Route.Retry("events.retry", retry, Duration.ofSeconds(seconds)));
    }

    @Test
    void shouldGiveUpOnTheFifthFailure() {
        assertThat(decide(Failures.retried("events.retry", 4), Failures.transientError()))
                .isEqualTo(new Route.Letter("dlq.errors", 4, "TRANSIENT"));
    }

    @Test
    void shouldCountNoRetriesFromAHeaderThatComesFromOutside() {
        RawRecord forged = Failures.record("events", Header.of(FailureHeaders.RETRY_COUNT, "4"));

        assertThat(decide(forged, Failures.transientError())).isEqualTo(FIRST_RETRY);
    }

    @Test
    void shouldSendAtOnceToTheLettersWhatAGroupWillNotRetry() {
        RoutePolicy never = new RoutePolicy(new FailureClassifier(FailureRules.standard()),
                group -> new RetrySchedule(0, Duration.ofSeconds(1), Duration.ofSeconds(30)));

        Route route = never.decide(Failures.of(Failures.record("events"), "id", Failures.transientError()));

        assertThat(route).isEqualTo(new Route.Letter("dlq.errors", 0, "TRANSIENT"));
    }

    @ParameterizedTest(name = "after {0} retries: retry {1} in {2} s")
    @CsvSource({"0, 1, 2", "1, 2, 4", "2, 3, 8", "3, 4, 16"})
    void shouldLeaveARetryInItsOrderToWhoeverHoldsTheEntityBack(int made, int retry, long seconds) {
        assertThat(policy.decide(Failures.inOrder(RouteFailure.Order.PRESERVED, made, Failures.transientError())))
                .isEqualTo(new Route.Park(retry, Duration.ofSeconds(seconds)));
    }

    @Test
    void shouldGiveUpOnTheFifthFailureInOrderToo() {
        assertThat(policy.decide(Failures.inOrder(RouteFailure.Order.PRESERVED, 4, Failures.transientError())))
                .isEqualTo(new Route.Letter("dlq.errors", 4, "TRANSIENT"));
    }

    @Test
    void shouldGiveOneAttemptToWhatStoodBehindADeadEvent() {
        assertThat(policy.decide(Failures.inOrder(RouteFailure.Order.BLOCKED, 0, Failures.transientError())))
                .isEqualTo(new Route.Letter("dlq.errors", 0, "BLOCKED_BY"));
        assertThat(policy.decide(Failures.inOrder(RouteFailure.Order.BLOCKED, 0, Failures.permanentError())))
                .isEqualTo(new Route.Letter("dlq.errors", 0, "PERMANENT"));
    }

    @Test
    void shouldSayOfASecondLetterOfABlockedEventWhatTheFirstSaid() {
        assertThat(policy.decide(Failures.inOrder(RouteFailure.Order.BLOCKED, 0,
                Failures.type("dev.sluice.failure.AlreadyDead")))).isEqualTo(new Route.Letter("dlq.errors", 0, "BLOCKED_BY"));
    }

    private Route decide(RawRecord record, ErrorInfo error) {
        return policy.decide(Failures.of(record, "id", error));
    }

    private static Route way(String name) {
        return switch (name) {
            case "RETRY" -> FIRST_RETRY;
            case "PERMANENT" -> PERMANENT;
            default -> POISON;
        };
    }
}
