package dev.sluice.engine.config;

import dev.sluice.config.InvalidSetting;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** Whatever somebody writes as configuration: it is taken, or the error says what is wrong, and is never another's. */
class ConfigurationPropertyTest {

    private static final String[] VALUES = {"", "~", "null", "true", "-1", "0", "1", "99999999999999999999", "1e9", ".nan", "1.5",
            "10s", "0ms", "-5s", "999999999999d", "1MiB", "99999999999GiB", "0B", "[]", "[1]", "[~]", "{}", "{a: b}", "'it''s'",
            "\"\\u0000\"", "latest-wins", "key", "!!java.util.Date x", "*anchor", "&a [*a]", "[{}]", "? x", "| text", "\t", "é",
            "${HOME}", "file:/none", "localhost:1", "http://[", "\"\""};

    @Property(tries = 1_500)
    void shouldTakeOrExplainAnySetting(@ForAll("keys") String key, @ForAll("values") String value) throws IOException {
        load(key + "=" + value);
        load(nested(key, value), List.of());
    }

    @Property(tries = 500)
    void shouldTakeOrExplainAnyFile(@ForAll("lines") List<String> lines) throws IOException {
        load(String.join("\n", lines), List.of());
    }

    /** What was found once stays tried. */
    @Property(tries = 100)
    void shouldTakeOrExplainTheCorpus(@ForAll("corpus") String text) throws IOException {
        load(text, List.of());
    }

    @Property(tries = 2_000)
    void shouldReadDurationsOrSayWhatIsAllowed(@ForAll("durations") String text) {
        try {
            assertThat(DurationText.parse(text).toMillis()).isNotNegative();
        } catch (IllegalArgumentException wrong) {
            assertThat(wrong).hasMessageContaining("allowed");
        }
    }

    private static void load(String assignment) {
        check(() -> Configuration.load(Optional.empty(), Map.of("SLUICE_CONFIG", ""), List.of(assignment)));
    }

    private static void load(String yaml, List<String> assignments) throws IOException {
        Path file = Files.createTempFile("sluice", ".yaml");
        try {
            Files.writeString(file, yaml);
            check(() -> Configuration.load(Optional.of(file), Map.of(), assignments));
        } finally {
            Files.delete(file);
        }
    }

    private static void check(Runnable load) {
        try {
            load.run();
        } catch (ConfigurationError | InvalidSetting explained) {
            assertThat(explained.getMessage()).isNotBlank().doesNotContain("Exception", "com.fasterxml");
        }
    }

    private static String nested(String key, String value) {
        StringBuilder yaml = new StringBuilder();
        String[] parts = key.split("\\.");
        for (int i = 0; i < parts.length; i++) {
            yaml.append("  ".repeat(i)).append(parts[i]).append(':').append(i < parts.length - 1 ? "\n" : " " + value + "\n");
        }
        return yaml.toString();
    }

    @Provide
    Arbitrary<String> keys() {
        List<String> keys = new ArrayList<>();
        collect("", Configuration.defaults().tree(), keys);
        keys.addAll(List.of("consumer.subscriptions[0].group", "nothing", "consumer.", ".", "a..b", "topics.x.partitions", "", "[0]"));
        return Arbitraries.of(keys);
    }

    private static void collect(String path, com.fasterxml.jackson.databind.JsonNode node, List<String> keys) {
        node.properties().forEach(field -> {
            keys.add(Layer.child(path, field.getKey()));
            collect(Layer.child(path, field.getKey()), field.getValue(), keys);
        });
    }

    @Provide
    Arbitrary<String> values() {
        return Arbitraries.oneOf(Arbitraries.of(VALUES), Arbitraries.strings().ascii().ofMaxLength(12), Arbitraries.strings().ofMaxLength(6));
    }

    @Provide
    Arbitrary<List<String>> lines() {
        Arbitrary<String> known = Combinators.combine(keys(), Arbitraries.of(VALUES), Arbitraries.integers().between(0, 4))
                .as((key, value, indent) -> "  ".repeat(indent) + key.substring(key.lastIndexOf('.') + 1) + ": " + value);
        return Arbitraries.oneOf(known, Arbitraries.strings().withChars("ab:-{}[]&*!|>'\"%@`#, \n\t").ofMaxLength(20)).list().ofMaxSize(8);
    }

    @Provide
    Arbitrary<String> durations() {
        return Arbitraries.oneOf(Arbitraries.strings(), Arbitraries.strings().withChars("0123456789.- msh d").ofMaxLength(20));
    }

    @Provide
    Arbitrary<String> corpus() {
        try (Stream<Path> files = Files.list(Path.of("src/test/resources/corpus/configuration"))) {
            List<String> all = new ArrayList<>();
            for (Path file : files.sorted().toList()) {
                all.add(Files.readString(file));
            }
            return Arbitraries.of(all);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
