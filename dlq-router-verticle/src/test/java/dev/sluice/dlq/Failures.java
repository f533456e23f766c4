package dev.sluice.dlq;

import dev.sluice.bus.RouteFailure;
import dev.sluice.event.FailureHeaders;
import dev.sluice.event.RawRecord;
import dev.sluice.event.RawRecord.Header;
import dev.sluice.failure.ErrorInfo;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;

/** Failed records for tests. */
final class Failures {

    static final String GROUP = "audit";
    static final byte[] KEY = "permit:7".getBytes(StandardCharsets.UTF_8);
    /** No UTF-8 and no JSON: nothing may look into it. */
    static final byte[] VALUE = {(byte) 0xff, 0, 10, (byte) 0xfe, 13};

    private Failures() {
    }

    static RouteFailure of(RawRecord record, String eventId, ErrorInfo error) {
        return of(record, eventId, error, 1, 0);
    }

    static RouteFailure of(RawRecord record, String eventId, ErrorInfo error, int failures, long withinMillis) {
        return new RouteFailure(UUID.randomUUID().toString(), GROUP, record, eventId, error, failures, withinMillis,
                RouteFailure.Order.RELAXED, 0);
    }

    static RouteFailure inOrder(RouteFailure.Order order, int retries, ErrorInfo error) {
        return new RouteFailure(UUID.randomUUID().toString(), GROUP, record("events"), "id", error, 1, 0, order, retries);
    }

    static RawRecord record(String topic, Header... headers) {
        return new RawRecord(topic, 5, 77, 1_700_000_000_123L, KEY, VALUE, List.of(headers));
    }

    /** A copy in the retry topic, as the router writes it. */
    static RawRecord retried(String topic, int retries) {
        return record(topic, Header.of("ce_id", "1"), Header.of(FailureHeaders.RETRY_COUNT, Integer.toString(retries)),
                Header.of(FailureHeaders.ORIGINAL_TOPIC, "events"), Header.of(FailureHeaders.ORIGINAL_PARTITION, "3"),
                Header.of(FailureHeaders.ORIGINAL_OFFSET, "4711"));
    }

    static ErrorInfo sqlState(String state) {
        return new ErrorInfo(List.of("io.vertx.pgclient.PgException"), state, 0, "refused", "at here");
    }

    static ErrorInfo type(String name) {
        return new ErrorInfo(List.of(name), null, 0, "refused", "at here");
    }

    static ErrorInfo transientError() {
        return type("dev.sluice.api.TransientFailure");
    }

    static ErrorInfo permanentError() {
        return type("dev.sluice.api.PermanentFailure");
    }
}
