package dev.sluice.dlq;

import dev.sluice.bus.RouteFailure;
import dev.sluice.event.FailureHeaders;
import dev.sluice.event.RawRecord;
import dev.sluice.event.RawRecord.Header;

import java.util.ArrayList;
import java.util.List;

/**
 * What goes to a topic in place of a record that is too large for it: no value, the key and those headers that are short
 * (so the list of letters tells type and entity), and where the record is. Pure.
 */
final class LargeRecord {

    private static final int LONGEST_KEY = 4_096;
    private static final int LONGEST_HEADER = 1_024;
    private static final int ALL_HEADERS = 16_384;

    private LargeRecord() {
    }

    /** The same failure, of the record without its body. */
    static RouteFailure withoutBody(RouteFailure failure) {
        RawRecord record = failure.record();
        List<Header> headers = new ArrayList<>();
        int left = ALL_HEADERS;
        for (Header header : record.headers()) {
            int size = header.name().length() + (header.value() == null ? 0 : header.value().length);
            if (FailureHeaders.ALL.contains(header.name())) {
                headers.add(header);
            } else if (size <= LONGEST_HEADER && size <= left) {
                headers.add(header);
                left -= size;
            }
        }
        byte[] key = record.key() == null || record.key().length > LONGEST_KEY ? null : record.key();
        return new RouteFailure(failure.routeId(), failure.group(), new RawRecord(record.topic(), record.partition(),
                record.offset(), record.timestamp(), key, null, headers), failure.eventId(), failure.error(),
                failure.failures(), failure.withinMillis(), failure.order(), failure.retries());
    }

    static List<Header> pointing(List<Header> moved, String id, RawRecord record) {
        List<Header> headers = new ArrayList<>(moved);
        headers.add(Header.of(FailureHeaders.BODY, id));
        headers.add(Header.of(FailureHeaders.BODY_BYTES, Integer.toString(record.size())));
        return headers;
    }
}
