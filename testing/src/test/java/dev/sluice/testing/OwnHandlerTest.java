package dev.sluice.testing;

import dev.sluice.devstack.Stack;
import dev.sluice.devstack.junit.StackExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

import static org.assertj.core.api.Assertions.assertThat;

/** The handler that the README shows: as it is quoted, and at work. */
@Timeout(180)
@ExtendWith(StackExtension.class)
class OwnHandlerTest {

    private static final Path EXAMPLE = Path.of("..", "examples", "src", "main", "java", "com", "example", "TypeCounts.java");

    @TempDir
    private Path folder;

    @Test
    void shouldBeQuotedAsItIs() throws Exception {
        String source = Files.readString(EXAMPLE);
        String quoted = source.substring(source.indexOf("/** Counts"));

        assertThat(Files.readString(Path.of("..", "README.md"))).contains("```java\n" + quoted + "```");
    }

    @Test
    void shouldCountEachEventOnce(Stack stack) throws Exception {
        Tables tables = new Tables(stack.postgres());
        tables.execute("CREATE TABLE type_counts (type text PRIMARY KEY, n bigint NOT NULL)");
        Path config = folder.resolve("sluice.yaml");
        Files.writeString(config, """
                consumer:
                  subscriptions:
                    - {group: type-counts, topic: events, handler: type-counts, ordering: key, sequences: none, pressure: counts, settings: {}}
                """);
        SluiceProcess sluice = new SluiceProcess(folder.resolve("node"), stack);
        SampleLog log = SampleLog.write(folder.resolve("log.ndjson"), "own", 3_000, 40, 4);
        try {
            sluice.start("--run", "all", "--config", config.toString());
            sluice.run("publish", log.file().toString(), "--json");
            sluice.run("publish", log.file().toString(), "--json");
            sluice.awaitNoLag(Duration.ofSeconds(60));
        } finally {
            sluice.end();
        }

        assertThat(tables.map("SELECT 'all', sum(n)::int FROM type_counts")).containsEntry("all", 3_000);
        assertThat(tables.count("type_counts WHERE n > 40")).isZero();
    }
}
