package dev.sluice.gateway;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Unpacks gzip piece by piece, as much at a time as the caller asks for: a few bytes that unfold into gigabytes never
 * stand in memory. Several members in a row are one text. Must be closed.
 */
final class Gunzip implements AutoCloseable {

    private static final int PIECE = 16 << 10;
    private static final int MAX_HEADER = 4 << 10;
    private static final int TRAILER = 8;

    private static final byte[] NOTHING = new byte[0];

    private enum Part { HEADER, BODY, TRAILER }

    private final Inflater inflater = new Inflater(true);
    private final CRC32 checksum = new CRC32();
    private Part part = Part.HEADER;
    /** What was fed and no part has taken yet. */
    private byte[] input = NOTHING;
    /** What the inflater has in hand. */
    private byte[] inflating = NOTHING;
    private boolean begun;

    /** Only when {@link #next} has returned null. */
    void feed(byte[] bytes) {
        if (input.length == 0) {
            input = bytes;
        } else {
            byte[] joined = Arrays.copyOf(input, input.length + bytes.length);
            System.arraycopy(bytes, 0, joined, input.length, bytes.length);
            input = joined;
        }
    }

    /** @return the next piece, of 16 KiB at most; null when more must be fed first */
    byte[] next() throws IOException {
        while (true) {
            switch (part) {
                case HEADER -> {
                    if (input.length == 0 || !skipHeader()) {
                        return null;
                    }
                }
                case BODY -> {
                    byte[] piece = inflate();
                    if (piece != null || part == Part.BODY) {
                        return piece;
                    }
                }
                case TRAILER -> {
                    if (input.length < TRAILER) {
                        return null;
                    }
                    checkTrailer();
                }
            }
        }
    }

    /** False: the text breaks off here. */
    boolean isComplete() {
        return part == Part.HEADER && input.length == 0 && begun;
    }

    private byte[] inflate() throws IOException {
        byte[] piece = new byte[PIECE];
        try {
            int length = inflater.inflate(piece);
            int left = inflater.getRemaining();
            if (inflater.finished()) {
                input = Arrays.copyOfRange(inflating, inflating.length - left, inflating.length);
                part = Part.TRAILER;
            } else if (length == 0) {
                if (inflater.needsDictionary()) {
                    throw new IOException("the gzip is corrupt");
                }
                if (input.length == 0) {
                    return null;
                }
                inflating = input;
                input = NOTHING;
                inflater.setInput(inflating);
                return inflate();
            }
            checksum.update(piece, 0, length);
            return length == 0 ? null : length == PIECE ? piece : Arrays.copyOf(piece, length);
        } catch (DataFormatException e) {
            throw new IOException("the gzip is corrupt", e);
        }
    }

    /** @return false when the header is not complete yet */
    private boolean skipHeader() throws IOException {
        ByteArrayInputStream in = new ByteArrayInputStream(input);
        try {
            if (octet(in) != 0x1F || octet(in) != 0x8B || octet(in) != 8) {
                throw new IOException("the body is no gzip");
            }
            int flags = octet(in);
            skip(in, 6);
            if ((flags & 4) != 0) {
                skip(in, octet(in) | octet(in) << 8);
            }
            for (int optionalText = 8; optionalText <= 16; optionalText <<= 1) {
                while ((flags & optionalText) != 0 && octet(in) != 0) {
                    continue;
                }
            }
            skip(in, (flags & 2) != 0 ? 2 : 0);
        } catch (EOFException incomplete) {
            if (input.length > MAX_HEADER) {
                throw new IOException("the gzip header is too long", incomplete);
            }
            return false;
        }
        input = Arrays.copyOfRange(input, input.length - in.available(), input.length);
        inflater.reset();
        checksum.reset();
        begun = true;
        part = Part.BODY;
        return true;
    }

    private void checkTrailer() throws IOException {
        long expected = 0;
        for (int i = 3; i >= 0; i--) {
            expected = expected << 8 | input[i] & 0xFF;
        }
        if (expected != checksum.getValue()) {
            throw new IOException("the gzip is corrupt: its checksum differs");
        }
        input = Arrays.copyOfRange(input, TRAILER, input.length);
        part = Part.HEADER;
    }

    private static int octet(ByteArrayInputStream in) throws EOFException {
        int octet = in.read();
        if (octet < 0) {
            throw new EOFException();
        }
        return octet;
    }

    private static void skip(ByteArrayInputStream in, int count) throws EOFException {
        if (in.skip(count) < count) {
            throw new EOFException();
        }
    }

    @Override
    public void close() {
        inflater.end();
    }
}
