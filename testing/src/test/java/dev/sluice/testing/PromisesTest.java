package dev.sluice.testing;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** The README's table of promises names tests that are there, and says of each whether it runs unasked. */
class PromisesTest {

    /** A test class, and a star behind it when it is left out. */
    private static final Pattern NAMED = Pattern.compile("`(\\w+Test)`(\\*?)");

    @Test
    void shouldNameTestsThatRunAndMarkThoseThatAreLeftOut() throws IOException {
        Path root = Path.of(System.getProperty("user.dir")).getParent();
        Map<String, Boolean> leftOut = leftOut(root);
        String promises = Files.readString(root.resolve("README.md")).split("## What is promised")[1];

        assertThat(NAMED.matcher(promises).results().toList()).hasSizeGreaterThan(40).allSatisfy(named -> {
            assertThat(leftOut).containsKey(named.group(1));
            assertThat(isMarked(named)).as(named.group(1)).isEqualTo(leftOut.get(named.group(1)));
        });
    }

    private static boolean isMarked(MatchResult named) {
        return !named.group(2).isEmpty();
    }

    /** By class: whether all of its tests are. */
    private static Map<String, Boolean> leftOut(Path root) throws IOException {
        Map<String, Boolean> leftOut = new TreeMap<>();
        try (Stream<Path> modules = Files.list(root)) {
            for (Path tests : modules.map(module -> module.resolve("src/test/java")).filter(Files::isDirectory).toList()) {
                try (Stream<Path> files = Files.walk(tests)) {
                    for (Path file : files.filter(each -> each.toString().endsWith("Test.java")).toList()) {
                        leftOut.put(file.getFileName().toString().replace(".java", ""),
                                Files.readString(file).contains("\n@Tag(\"long\")"));
                    }
                }
            }
        }
        return leftOut;
    }
}
