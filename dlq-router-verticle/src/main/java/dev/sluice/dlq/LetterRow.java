package dev.sluice.dlq;

import dev.sluice.event.FailureHeaders;
import dev.sluice.event.RawRecord;
import dev.sluice.event.Sequences;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/** What is shown of a letter in a list. A header that is missing leaves a sensible word, so each record has a row. Pure. */
record LetterRow(String id, String topic, int partition, long offset, String group, String eventId, String entity,
                 String eventType, String errorType, String errorMessage, Place original, int retryCount,
                 OffsetDateTime failedAt, int bytes) {

    private static final int LONGEST = 2_048;

    static LetterRow of(RawRecord record) {
        String subject = record.header("ce_subject");
        String key = record.key() == null ? null : new String(record.key(), StandardCharsets.UTF_8);
        Place original = new Place(or(record, FailureHeaders.ORIGINAL_TOPIC, record.topic()),
                (int) number(record, FailureHeaders.ORIGINAL_PARTITION, Integer.MAX_VALUE),
                number(record, FailureHeaders.ORIGINAL_OFFSET, Long.MAX_VALUE));
        return new LetterRow(record.topic() + "-" + record.partition() + "-" + record.offset(), record.topic(), record.partition(), record.offset(),
                or(record, FailureHeaders.ORIGINAL_GROUP, ""), or(record, FailureHeaders.EVENT_IDENTITY, ""),
                storable(subject != null ? subject : key), storable(record.header("ce_type")),
                or(record, FailureHeaders.ERROR_TYPE, "UNKNOWN"), or(record, FailureHeaders.ERROR_MESSAGE, ""), original,
                (int) number(record, FailureHeaders.RETRY_COUNT, Integer.MAX_VALUE), failedAt(record),
                Math.max(record.size(), (int) number(record, FailureHeaders.BODY_BYTES, Integer.MAX_VALUE)));
    }

    private static String or(RawRecord record, String header, String otherwise) {
        String text = storable(record.header(header));
        return text == null ? otherwise : text;
    }

    /** PostgreSQL holds no NUL in a text. */
    private static String storable(String text) {
        if (text == null) {
            return null;
        }
        String clean = text.replace('\0', '\ufffd');
        return clean.length() > LONGEST ? clean.substring(0, LONGEST) : clean;
    }

    private static long number(RawRecord record, String header, long greatest) {
        return Math.min(greatest, Sequences.parse(record.header(header)).orElse(0));
    }

    private static OffsetDateTime failedAt(RawRecord record) {
        String text = record.header(FailureHeaders.FAILED_AT);
        try {
            if (text != null) {
                return Instant.parse(text).atOffset(ZoneOffset.UTC);
            }
        } catch (DateTimeException notOurs) {
            // the record's own time serves
        }
        return Instant.ofEpochMilli(Math.max(0, record.timestamp())).atOffset(ZoneOffset.UTC);
    }
}
