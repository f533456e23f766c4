package dev.sluice.store;

import dev.sluice.event.FailureHeaders;
import dev.sluice.event.HeaderBytes;
import dev.sluice.event.RawRecord;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * {@code large_letters}: records that no retry or dead-letter topic takes. What is in the topic instead points here; its
 * failure headers and the record here are the whole.
 */
public final class LargeLetters {

    private static final String SAVE = """
            INSERT INTO large_letters (id, key, value, headers) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING""";
    private static final String FIND = "SELECT key, value, headers, applied_at FROM large_letters WHERE id = $1";
    private static final String EMPTY = """
            UPDATE large_letters SET key = NULL, value = NULL, headers = '', applied_at = now()
            WHERE id = $1 AND applied_at IS NULL""";

    private final SqlClient postgres;

    public LargeLetters(SqlClient postgres) {
        this.postgres = postgres;
    }

    /** Safe to repeat. @return the id, the same for the same event of the same group at the same place */
    public Future<String> save(String group, String eventId, RawRecord record) {
        String id = idOf(group, eventId, record);
        return postgres.preparedQuery(SAVE).execute(Tuple.of(id, buffer(record.key()), buffer(record.value()),
                Buffer.buffer(HeaderBytes.write(record.headers())))).map(id);
    }

    /** What a pointer points to. */
    public sealed interface Found {
    }

    /** @param record the pointer's place, time and failure headers with the body that it points to */
    public record Whole(RawRecord record) implements Found {
    }

    /** Its event has had its effect, and the body is gone for that reason. */
    public record Applied() implements Found {
    }

    /** Nobody knows of it. */
    public record Missing() implements Found {
    }

    public Future<Found> find(RawRecord pointer) {
        return postgres.preparedQuery(FIND).execute(Tuple.of(pointer.header(FailureHeaders.BODY))).map(rows -> {
            var each = rows.iterator();
            if (!each.hasNext()) {
                return new Missing();
            }
            Row row = each.next();
            return row.getValue("applied_at") != null ? new Applied() : new Whole(whole(pointer, row));
        });
    }

    private static RawRecord whole(RawRecord pointer, Row row) {
        List<RawRecord.Header> headers = new ArrayList<>(HeaderBytes.read(row.getBuffer("headers").getBytes()));
        headers.removeIf(header -> FailureHeaders.ALL.contains(header.name()));
        pointer.headers().stream().filter(header -> FailureHeaders.ALL.contains(header.name())).forEach(headers::add);
        return new RawRecord(pointer.topic(), pointer.partition(), pointer.offset(), pointer.timestamp(),
                bytes(row.getBuffer("key")), bytes(row.getBuffer("value")), headers);
    }

    /**
     * The event has had its effect, and nobody needs its body any more. The row stays: the pointer comes again when its
     * offset was not committed. What this does not reach stays as it is, which costs room only.
     */
    public void empty(RawRecord pointer) {
        postgres.preparedQuery(EMPTY).execute(Tuple.of(pointer.header(FailureHeaders.BODY)));
    }

    private static String idOf(String group, String eventId, RawRecord record) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest((group + '\0' + eventId + '\0'
                    + record).getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static Buffer buffer(byte[] bytes) {
        return bytes == null ? null : Buffer.buffer(bytes);
    }

    private static byte[] bytes(Buffer buffer) {
        return buffer == null ? null : buffer.getBytes();
    }
}
