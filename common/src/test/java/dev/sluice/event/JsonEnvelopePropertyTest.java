package dev.sluice.event;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import static org.assertj.core.api.Assertions.assertThat;

/** One parser for many values reads what a parser for each reads, whatever came before. */
class JsonEnvelopePropertyTest {

    private static final String[] NAMES = {"type", "entityType", "entityId", "sequence", "eventId", "time", "_meta", "data", "a",
            "b", "\\u0061", "\u00e9", ""};
    private static final String[] VALUES = {"{}", "[]", "null", "1", "-1.5e3", "\"t\"", "\"\"", "\"\u00e9\\n\"", "true",
            "{\"idempotencyKey\":\"k\",\"x\":{\"y\":[1]}}", "{\"x\":1,\"x\":2}", "[{\"}\":\"{\"}]", "nul", "\"", "{", "01"};
    private static final String[] SPACES = {"", " ", "\n\t ", "\r\n"};

    @Property(tries = 3_000)
    void shouldReadTheSameEitherWay(@ForAll("objects") String text, @ForAll("cuts") int cut, @ForAll("charsets") String charset) {
        byte[] value = text.getBytes(Charset.forName(charset));
        byte[] part = cut < 0 ? value : Arrays.copyOf(value, Math.min(cut, value.length));

        assertThat(said(() -> JsonEnvelope.read(part))).isEqualTo(said(() -> JsonEnvelope.readAny(part)));
    }

    private interface Reading {
        JsonEnvelope read() throws IOException;
    }

    private static String said(Reading reading) {
        try {
            JsonEnvelope read = reading.read();
            return read == null ? "no object" : String.join("|", read.type(), read.entityType(), read.entityId(),
                    read.sequence().toString(), read.identity(), read.time(),
                    read.data() == null ? "none" : new String(read.data(), StandardCharsets.UTF_8));
        } catch (IOException refused) {
            return refused.getClass() + " " + refused.getMessage();
        }
    }

    @Provide
    Arbitrary<String> objects() {
        Arbitrary<String> spaces = Arbitraries.of(SPACES);
        Arbitrary<String> field = Combinators.combine(spaces, Arbitraries.of(NAMES), spaces, spaces, Arbitraries.of(VALUES))
                .as((before, name, behind, between, value) -> before + '"' + name + '"' + behind + ':' + between + value);
        return Combinators.combine(field.list().ofMaxSize(20), spaces, Arbitraries.frequencyOf(
                        Tuple.of(8, Arbitraries.just("")), Tuple.of(1, Arbitraries.of("{}", "x", ",", "\ufeff"))))
                .as((fields, space, rest) -> "{" + String.join(",", fields) + space + "}" + space + rest);
    }

    /** Mostly none. */
    @Provide
    Arbitrary<Integer> cuts() {
        return Arbitraries.integers().between(-300, 60);
    }

    @Provide
    Arbitrary<String> charsets() {
        return Arbitraries.frequency(Tuple.of(9, "UTF-8"), Tuple.of(1, "UTF-16LE"));
    }
}
