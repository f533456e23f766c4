package dev.sluice.engine.publish;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** Lines as bytes, one at a time, none longer than the limit in memory. */
final class LineReader {

    private final InputStream in;
    private final int limit;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream(1024);
    private boolean tooLong;

    LineReader(InputStream in, int limit) {
        this.in = new BufferedInputStream(in, 1 << 16);
        this.limit = limit;
    }

    /** @return the next line without its end; cut at the limit when {@link #wasTooLong}; null at the end */
    byte[] next() throws IOException {
        line.reset();
        tooLong = false;
        int next = in.read();
        if (next < 0) {
            return null;
        }
        for (; next >= 0 && next != '\n'; next = in.read()) {
            if (line.size() < limit) {
                line.write(next);
            } else {
                tooLong = true;
            }
        }
        return withoutCarriageReturn(line.toByteArray());
    }

    boolean wasTooLong() {
        return tooLong;
    }

    private static byte[] withoutCarriageReturn(byte[] bytes) {
        int end = bytes.length;
        return end > 0 && bytes[end - 1] == '\r' ? Arrays.copyOf(bytes, end - 1) : bytes;
    }
}
