package dev.sluice.event;

import dev.sluice.event.RawRecord.Header;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A record's headers as one column: for each its name and its value, each with its length (four bytes, -1 for null)
 * before it. Texts would not do: PostgreSQL's hold no NUL, Kafka's do.
 */
public final class HeaderBytes {

    private HeaderBytes() {
    }

    public static byte[] write(List<Header> headers) {
        List<byte[]> parts = new ArrayList<>();
        int size = 0;
        for (Header header : headers) {
            byte[] name = header.name().getBytes(StandardCharsets.UTF_8);
            parts.add(name);
            parts.add(header.value());
            size += 8 + name.length + (header.value() == null ? 0 : header.value().length);
        }
        ByteBuffer bytes = ByteBuffer.allocate(size);
        for (byte[] part : parts) {
            bytes.putInt(part == null ? -1 : part.length);
            if (part != null) {
                bytes.put(part);
            }
        }
        return bytes.array();
    }

    /** @throws java.nio.BufferUnderflowException for what {@link #write} has not written */
    public static List<Header> read(byte[] written) {
        List<Header> headers = new ArrayList<>();
        for (ByteBuffer bytes = ByteBuffer.wrap(written); bytes.hasRemaining(); ) {
            String name = new String(part(bytes), StandardCharsets.UTF_8);
            headers.add(new Header(name, part(bytes)));
        }
        return headers;
    }

    private static byte[] part(ByteBuffer bytes) {
        int length = bytes.getInt();
        if (length < 0) {
            return null;
        }
        byte[] part = new byte[length];
        bytes.get(part);
        return part;
    }
}
