package dev.sluice.gateway;

import java.util.Arrays;

/** Cuts a stream of bytes into lines, of which it holds one at most, and of one that is too long nothing. For one thread. */
final class LineSplitter {

    /** A line of the request, counted from 1. */
    sealed interface Line {

        long number();

        /** Without its end. The bytes are valid until the next call. */
        record Text(long number, byte[] bytes, int from, int to) implements Line {

            boolean isBlank() {
                for (int i = from; i < to; i++) {
                    if (bytes[i] != ' ' && bytes[i] != '\t' && bytes[i] != '\r') {
                        return false;
                    }
                }
                return true;
            }
        }

        record TooLong(long number) implements Line {
        }
    }

    /** Room for the beginnings of later lines that is kept. */
    private static final int KEPT = 16 << 10;

    private final int limit;
    private byte[] chunk = new byte[0];
    private int position;
    /** Beginning of the line that continues in the next chunk. */
    private byte[] begun = new byte[0];
    private int begunLength;
    private boolean tooLong;
    private long number;

    LineSplitter(int limit) {
        this.limit = limit;
    }

    /** Only when {@link #next} has returned null. */
    void feed(byte[] bytes) {
        chunk = bytes;
        position = 0;
    }

    /** @return null when the next line's end has not been fed yet */
    Line next() {
        int end = position;
        while (end < chunk.length && chunk[end] != '\n') {
            end++;
        }
        if (end == chunk.length) {
            keep(end);
            if (begunLength == 0 && begun.length > KEPT) {
                begun = new byte[0];
            }
            return null;
        }
        Line line = begunLength == 0 && !tooLong ? line(chunk, position, end) : continued(end);
        position = end + 1;
        return line;
    }

    /** After the last chunk: what stands behind the last newline; null when nothing does. */
    Line last() {
        return begunLength == 0 && !tooLong ? null : continued(position);
    }

    /** Bytes of a line whose end has not been fed. */
    int begun() {
        return begunLength;
    }

    /** Nothing is fed any more. */
    void drop() {
        begun = new byte[0];
        begunLength = 0;
    }

    private Line continued(int end) {
        keep(end);
        Line line = tooLong ? new Line.TooLong(++number) : line(begun, 0, begunLength);
        tooLong = false;
        begunLength = 0;
        return line;
    }

    private Line line(byte[] bytes, int from, int to) {
        return to - from > limit ? new Line.TooLong(++number) : new Line.Text(++number, bytes, from, to);
    }

    private void keep(int end) {
        int length = end - position;
        if (tooLong || begunLength + length > limit) {
            tooLong = true;
            begunLength = 0;
            begun = new byte[0];
        } else if (length > 0) {
            if (begun.length < begunLength + length) {
                begun = Arrays.copyOf(begun, Math.max(2 * begun.length, begunLength + length));
            }
            System.arraycopy(chunk, position, begun, begunLength, length);
            begunLength += length;
        }
        position = end;
    }
}
