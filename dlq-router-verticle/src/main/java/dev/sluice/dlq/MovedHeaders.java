package dev.sluice.dlq;

import dev.sluice.bus.RouteFailure;
import dev.sluice.event.FailureHeaders;
import dev.sluice.event.RawRecord;
import dev.sluice.event.RawRecord.Header;
import dev.sluice.event.Topics;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The headers of a moved record: the original ones as they arrived, then the failure headers, once each. Earlier
 * failure headers are dropped, whoever wrote them. Pure.
 */
final class MovedHeaders {

    /** RFC 3339, UTC, always three digits of a second: texts sort as the times do. */
    private static final DateTimeFormatter RFC_3339 =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private static final Set<String> REWRITTEN =
            Set.of(FailureHeaders.RETRY_COUNT, FailureHeaders.RETRY_AFTER, FailureHeaders.REPLAY_OF);

    private static final Set<String> POINTER = Set.of(FailureHeaders.BODY, FailureHeaders.BODY_BYTES);

    private MovedHeaders() {
    }

    static List<Header> of(RouteFailure failure, Route route, long nowMillis) {
        List<Header> headers = new ArrayList<>(failure.record().headers());
        headers.removeIf(header -> FailureHeaders.ALL.contains(header.name()));
        Place original = Place.ofOriginal(failure.record());
        headers.add(Header.of(FailureHeaders.EVENT_IDENTITY, failure.eventId()));
        headers.add(Header.of(FailureHeaders.RETRY_COUNT, Integer.toString(route.retries())));
        headers.add(Header.of(FailureHeaders.ORIGINAL_TOPIC, original.topic()));
        headers.add(Header.of(FailureHeaders.ORIGINAL_PARTITION, Integer.toString(original.partition())));
        headers.add(Header.of(FailureHeaders.ORIGINAL_OFFSET, Long.toString(original.offset())));
        headers.add(Header.of(FailureHeaders.ORIGINAL_GROUP, failure.group()));
        headers.add(Header.of(FailureHeaders.ERROR_TYPE, route.errorType()));
        headers.add(Header.of(FailureHeaders.ERROR_MESSAGE, failure.error().message()));
        headers.add(Header.of(FailureHeaders.ERROR_STACK, failure.error().stack()));
        headers.add(Header.of(FailureHeaders.FAILED_AT, rfc3339(nowMillis)));
        if (Topics.isRetry(failure.record().topic())) {
            failure.record().headers().stream().filter(header -> POINTER.contains(header.name())).forEach(headers::add);
        }
        if (route instanceof Route.Retry retry) {
            headers.add(Header.of(FailureHeaders.RETRY_AFTER, rfc3339(nowMillis + retry.delay().toMillis())));
            String replayOf = failure.record().header(FailureHeaders.REPLAY_OF);
            if (Topics.isRetry(failure.record().topic()) && replayOf != null) {
                headers.add(Header.of(FailureHeaders.REPLAY_OF, replayOf));
            }
        }
        return headers;
    }

    /** Of a letter that is sent back to the group that failed: as new, due now, but for the identity and the place. */
    static List<Header> ofReplay(RawRecord letter, String id, long nowMillis) {
        List<Header> headers = new ArrayList<>(letter.headers());
        headers.removeIf(header -> REWRITTEN.contains(header.name()));
        headers.add(Header.of(FailureHeaders.RETRY_COUNT, "0"));
        headers.add(Header.of(FailureHeaders.RETRY_AFTER, rfc3339(nowMillis)));
        headers.add(Header.of(FailureHeaders.REPLAY_OF, id));
        return headers;
    }

    static String rfc3339(long millis) {
        return RFC_3339.format(Instant.ofEpochMilli(millis));
    }
}
