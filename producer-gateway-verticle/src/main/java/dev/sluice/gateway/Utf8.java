package dev.sluice.gateway;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Finds the first byte that is no UTF-8. Jackson lets overlong forms and lone surrogates pass; a database does not. */
final class Utf8 {

    private Utf8() {
    }

    /** @return its place, counted from {@code from}; -1 when all is well */
    static int firstFault(byte[] bytes, int from, int to) {
        int i = from;
        while (i < to && bytes[i] >= 0) {
            i++;
        }
        return i == to ? -1 : firstFaultBeyondAscii(bytes, from, i, to);
    }

    private static int firstFaultBeyondAscii(byte[] bytes, int from, int start, int to) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT).onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(bytes, start, to - start);
        CharBuffer out = CharBuffer.allocate(Math.min(8_192, to - start + 1));
        while (true) {
            CoderResult result = decoder.decode(in, out, true);
            if (result.isError()) {
                return in.position() - from;
            }
            if (result.isUnderflow()) {
                return -1;
            }
            out.clear();
        }
    }
}
