package dev.sluice.engine;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.sluice.engine.operations.NodeFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** What {@code sluice dlq} asks a node, and what it prints of the answers; the node's are written by the test. */
@Timeout(30)
class DlqConversationTest {

    private static final String LETTER = """
            {"seq": %d, "id": "dlq.errors-0-%d", "state": "open", "group": "audit", "eventId": "e", "entity": "order:1", "eventType": "paid",
             "errorType": "PERMANENT", "errorMessage": "no such account\\nline two", "originalTopic": "events", "originalPartition": 5,
             "originalOffset": 77, "retryCount": 0, "failedAt": "2026-01-31T08:00:00.000Z", "bytes": 9}""";

    @TempDir
    private Path data;
    private final List<String> asked = new ArrayList<>();
    private final Deque<String> answers = new ArrayDeque<>();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private HttpServer node;

    @BeforeEach
    void serve() throws IOException {
        node = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        node.createContext("/", this::answer);
        node.start();
        new NodeFile(ProcessHandle.current().pid(), null, "http://127.0.0.1:" + node.getAddress().getPort(), "", "", "").write(data);
    }

    @AfterEach
    void stop() {
        node.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
                + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        byte[] answer = answers.remove().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, answer.length);
        exchange.getResponseBody().write(answer);
        exchange.close();
    }

    private int dlq(String... arguments) {
        List<String> all = new ArrayList<>(Arrays.asList(arguments));
        all.addAll(List.of("--data", data.toString()));
        return new CommandLine(new DlqCommand()).setOut(new PrintWriter(out)).setErr(new PrintWriter(err, true))
                .execute(all.toArray(String[]::new));
    }

    @Test
    void shouldListPageByPageWithTheseKeysAndNoOthers() {
        answers.add("{\"letters\": [" + LETTER.formatted(1, 1) + "], \"next\": 1}");
        answers.add("{\"letters\": [" + LETTER.formatted(2, 2) + "], \"next\": 0}");

        assertThat(dlq("list", "--group", "audit", "--json")).isZero();

        assertThat(out.toString()).isEqualToIgnoringWhitespace("""
                [{"id": "dlq.errors-0-1", "errorType": "PERMANENT", "errorMessage": "no such account\\nline two", "originalTopic": "events",
                  "originalPartition": 5, "originalOffset": 77, "group": "audit", "retryCount": 0, "failedAt": "2026-01-31T08:00:00.000Z"},
                 {"id": "dlq.errors-0-2", "errorType": "PERMANENT", "errorMessage": "no such account\\nline two", "originalTopic": "events",
                  "originalPartition": 5, "originalOffset": 77, "group": "audit", "retryCount": 0, "failedAt": "2026-01-31T08:00:00.000Z"}]""");
        assertThat(asked).containsExactly("GET /admin/dlq?after=0&limit=100&group=audit ", "GET /admin/dlq?after=1&limit=99&group=audit ");
    }

    @Test
    void shouldReplayPortionByPortionAtTheRateAndTellHowFarItIs() {
        answers.addAll(List.of("{\"letters\": 700, \"last\": 900}", "{\"letters\": 500, \"missing\": 0, \"next\": 500}", "{\"letters\": 198, \"missing\": 2, \"next\": 0}"));

        assertThat(dlq("replay", "--class", "PERMANENT", "--reason", "mended", "--rate", "250")).as("two are gone").isEqualTo(1);

        assertThat(out.toString()).contains("replay: 698 letters, Kafka has 2 no more, they stay open");
        assertThat(err.toString()).isEqualToIgnoringWhitespace("500 of 700");
        assertThat(asked).hasSize(3).allSatisfy(one -> assertThat(one).startsWith("POST /admin/dlq/replay ").contains("\"rate\":250",
                "\"reason\":\"mended\"", "\"filter\":{\"class\":\"PERMANENT\"}", "\"actor\":\"" + System.getProperty("user.name")));
        assertThat(asked).extracting(one -> one.contains("\"dryRun\":true")).containsExactly(true, false, false);
        assertThat(asked.get(2)).contains("\"after\":500");
        assertThat(asked).extracting(one -> one.contains("\"until\":900")).containsExactly(false, true, true);
    }

    @Test
    void shouldDoNothingInADryRun() {
        answers.add("{\"letters\": 700}");

        assertThat(dlq("discard", "--all", "--dry-run", "--json")).isZero();

        assertThat(out.toString()).isEqualToIgnoringWhitespace("{\"action\":\"discard\",\"dryRun\":true,\"letters\":700,\"missing\":0}");
        assertThat(asked).hasSize(1).first().asString().contains("\"dryRun\":true");
    }

    @Test
    void shouldTakeNoSilenceForAll() {
        assertThat(dlq("replay")).isEqualTo(1);

        assertThat(err.toString()).contains("replay which letters? Ids, a filter, or --all");
        assertThat(asked).isEmpty();
    }

    @Test
    void shouldTellWhoDidWhat() {
        String actions = """
                {"actions": [{"id": 9, "at": "2026-01-31T08:00:00.000Z", "actor": "anna", "action": "replay", "reason": "mended",
                  "letters": 3, "meant": 500, "outcome": "begun", "endedAt": null},
                 {"id": 8, "at": "2026-01-30T08:00:00.000Z", "actor": "ben", "action": "discard", "reason": "a test",
                  "letters": 2, "meant": 2, "outcome": "done", "endedAt": "2026-01-30T08:00:01.000Z"}], "next": 0}""";
        answers.addAll(List.of(actions, actions));

        assertThat(dlq("audit", "dlq.errors-3-17", "--from", "2026-01-30T00:00:00Z", "--limit", "5")).isZero();

        assertThat(asked).containsExactly("GET /admin/dlq/actions?before=0&limit=5&letter=dlq.errors-3-17&from=2026-01-30T00%3A00%3A00Z ");
        assertThat(out.toString().lines().map(line -> line.replaceAll(" +", " ")).toList()).containsExactly(
                "WHEN WHO WHAT OUTCOME LETTERS WHY",
                "2026-01-31T08:00:00.000Z anna replay begun 3/500 mended",
                "2026-01-30T08:00:00.000Z ben discard done 2 a test");
        out.getBuffer().setLength(0);
        assertThat(dlq("audit", "--json")).isZero();
        assertThat(out.toString()).startsWith("[{\"id\":9,\"at\":\"2026-01-31T08:00:00.000Z\",\"actor\":\"anna\"");
        assertThat(dlq("audit", "--group", "audit")).isEqualTo(1);
        assertThat(err.toString()).contains("audit takes one letter's id at most, --from, --to, --limit and --json");
    }
}
