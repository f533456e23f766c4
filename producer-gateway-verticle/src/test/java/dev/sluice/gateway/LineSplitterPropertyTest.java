package dev.sluice.gateway;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** However a stream is cut into chunks, its lines are the same. */
class LineSplitterPropertyTest {

    @Property(tries = 2_000)
    void shouldFindTheSameLinesInAnyChunks(@ForAll("texts") String text, @ForAll("cuts") List<Integer> cuts,
                                           @ForAll @IntRange(min = 1, max = 12) int limit) {
        LineSplitter splitter = new LineSplitter(limit);
        List<String> found = new ArrayList<>();
        byte[] all = text.getBytes(StandardCharsets.US_ASCII);
        int from = 0;
        for (int i = 0; from < all.length; i++) {
            int to = Math.min(all.length, from + (i < cuts.size() ? cuts.get(i) : all.length));
            splitter.feed(java.util.Arrays.copyOfRange(all, from, to));
            for (LineSplitter.Line line = splitter.next(); line != null; line = splitter.next()) {
                found.add(describe(line));
            }
            from = to;
        }
        LineSplitter.Line last = splitter.last();
        if (last != null) {
            found.add(describe(last));
        }
        assertThat(found).isEqualTo(expected(text, limit));
    }

    private static String describe(LineSplitter.Line line) {
        return line.number() + (line instanceof LineSplitter.Line.Text words
                ? "=" + new String(words.bytes(), words.from(), words.to() - words.from(), StandardCharsets.US_ASCII) : " too long");
    }

    private static List<String> expected(String text, int limit) {
        List<String> lines = new ArrayList<>();
        String[] parts = text.split("\n", -1);
        for (int i = 0; i < parts.length; i++) {
            if (i < parts.length - 1 || !parts[i].isEmpty()) {
                lines.add(i + 1 + (parts[i].length() > limit ? " too long" : "=" + parts[i]));
            }
        }
        return lines;
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.strings().withChars("ab \r\n\n").ofMaxLength(120);
    }

    @Provide
    Arbitrary<List<Integer>> cuts() {
        return Arbitraries.integers().between(0, 9).list().ofMaxSize(60);
    }
}
