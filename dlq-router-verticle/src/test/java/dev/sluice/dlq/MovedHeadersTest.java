package dev.sluice.dlq;

import dev.sluice.bus.RouteFailure;
import dev.sluice.event.RawRecord;
import dev.sluice.event.RawRecord.Header;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

class MovedHeadersTest {

    private static final Route RETRY = new Route.Retry("events.retry", 2, Duration.ofSeconds(4));
    private static final Route LETTER = new Route.Letter("dlq.errors", 4, "TRANSIENT");
    private static final long NOW = 1_700_000_000_000L;

    @Test
    void shouldKeepTheOriginalHeadersAsTheyArrivedAndAddTheFailure() {
        Header invalidUtf8 = new Header("ce_id", new byte[] {(byte) 0xc3, 0x28});
        Header none = new Header("none", null);
        RouteFailure failure = Failures.of(Failures.record("events", invalidUtf8, none, invalidUtf8), "source id", Failures.transientError());

        List<Header> headers = MovedHeaders.of(failure, RETRY, NOW);

        assertThat(headers.subList(0, 3)).containsExactly(invalidUtf8, none, invalidUtf8);
        assertThat(texts(headers.subList(3, headers.size()))).containsExactly(
                "x-event-identity=source id", "x-retry-count=2", "x-original-topic=events", "x-original-partition=5",
                "x-original-offset=77", "x-original-group=audit", "x-error-type=TRANSIENT", "x-error-message=refused",
                "x-error-stack=at here", "x-failed-at=2023-11-14T22:13:20.000Z", "x-retry-after=2023-11-14T22:13:24.000Z");
    }

    @Test
    void shouldRewriteEarlierFailureHeadersAndKeepTheOriginalPlace() {
        RouteFailure failure = Failures.of(Failures.retried("events.retry", 4), "id", Failures.transientError());

        List<String> headers = texts(MovedHeaders.of(failure, LETTER, NOW));

        assertThat(headers).doesNotHaveDuplicates().contains("x-retry-count=4", "x-original-topic=events",
                "x-original-partition=3", "x-original-offset=4711", "ce_id=1");
        assertThat(headers).noneMatch(header -> header.startsWith("x-retry-after"));
        assertThat(headers.stream().filter(header -> header.startsWith("x-retry-count"))).hasSize(1);
    }

    @Test
    void shouldNotBelieveAPlaceThatComesFromOutside() {
        RawRecord forged = Failures.record("events", Header.of("x-original-topic", "other"),
                Header.of("x-original-partition", "0"), Header.of("x-original-offset", "0"));

        List<String> headers = texts(MovedHeaders.of(Failures.of(forged, "id", Failures.permanentError()), LETTER, NOW));

        assertThat(headers).contains("x-original-topic=events", "x-original-partition=5", "x-original-offset=77");
    }

    @Test
    void shouldWriteThreeDigitsOfASecondAlways() {
        assertThat(MovedHeaders.rfc3339(0)).isEqualTo("1970-01-01T00:00:00.000Z");
        assertThat(MovedHeaders.rfc3339(1_700_000_000_120L)).isEqualTo("2023-11-14T22:13:20.120Z");
    }

    private static List<String> texts(List<Header> headers) {
        return headers.stream().map(header -> header.name() + "=" + header.text()).toList();
    }
}
