package dev.sluice.engine.operations;

import dev.sluice.bus.Addresses;
import dev.sluice.bus.Bus;
import dev.sluice.bus.DeadLetters;
import dev.sluice.event.RawRecord;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Over real HTTP; behind the bus stands a router that notes what it is asked. */
@Timeout(60)
class DeadLetterRoutesTest {

    private static final int PORTIONS = 40;
    private static final int LETTERS_PER_PORTION = 20;

    private final Vertx vertx = Vertx.vertx();
    private final Bus bus = Bus.install(vertx);
    private final HttpClient http = HttpClient.newHttpClient();
    private final List<Object> asked = new CopyOnWriteArrayList<>();
    private volatile long failAfter = Long.MAX_VALUE;
    private int port;

    @BeforeEach
    void listen() throws Exception {
        Router router = Router.router(vertx);
        new DeadLetterRoutes(bus).mount(router);
        HttpServer server = vertx.createHttpServer().requestHandler(router).listen(0).toCompletionStage()
                .toCompletableFuture().get(10, TimeUnit.SECONDS);
        port = server.actualPort();
    }

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private void serve() {
        bus.serve(Addresses.LIST_LETTERS, question -> noted(question, new DeadLetters.Page(List.of(), 0)));
        bus.serve(Addresses.LIST_ACTIONS, question -> noted(question, new DeadLetters.Actions(List.of(new DeadLetters.Action(
                9, "2026-01-31T08:00:00.000Z", "anna", "replay", "mended", 3, 5, "begun", null)), 9)));
        bus.serve(Addresses.ACT_ON_LETTERS, question -> noted(question, new DeadLetters.Acted(1, 0, 0, 0, null)));
        bus.serve(Addresses.EXPORT_LETTERS, question -> question.after() >= failAfter
                ? Future.failedFuture("Kafka is away") : noted(question, portion(question.after())));
    }

    private <T> Future<T> noted(Object question, T answer) {
        asked.add(question);
        return Future.succeededFuture(answer);
    }

    private static DeadLetters.Exported portion(long after) {
        List<DeadLetters.Shown> letters = java.util.stream.LongStream.rangeClosed(after + 1, after + LETTERS_PER_PORTION)
                .mapToObj(seq -> new DeadLetters.Shown(new DeadLetters.Letter(seq, "dlq.errors-0-" + seq, "open", "audit",
                        "e" + seq, null, "paid", "PERMANENT", "refused", "events", 0, seq, 0, "2026-01-31T08:00:00.000Z", 4_000),
                        new RawRecord("dlq.errors", 0, seq, 0, null, new byte[4_000], List.of()))).toList();
        long last = after + LETTERS_PER_PORTION;
        return new DeadLetters.Exported(letters, last == PORTIONS * LETTERS_PER_PORTION ? 0 : last);
    }

    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource(delimiter = '|', value = {
            "from=yesterday | from: 'yesterday' is not allowed; allowed: a time such as 2026-01-31T08:00:00Z",
            "to=2026-13-01T00:00:00Z | a time such as",
            "from=%2B999999999-12-31T23:59:59-18:00 | a time such as",
            "state=closed | open, replayed or discarded",
            "class=permanent | TRANSIENT, PERMANENT, POISON, EXPIRED or BLOCKED_BY",
            "text=a%00b | a text without NUL",
            "grop=audit | parameter: 'grop' is not allowed; allowed: after, class, entity, from, group, limit, state, text, to, topic, type",
            "limit=0 | a whole number from 1 to 1000",
            "limit=1001 | a whole number from 1 to 1000",
            "limit=ten | a whole number from 1 to 1000",
            "after=-1 | a whole number from 0",
            "after=99999999999999999999 | a whole number from 0"})
    void shouldSayWhatIsWrongWithAFilterAndWhatIsAllowed(String query, String reason) throws Exception {
        serve();

        HttpResponse<String> answer = get("/admin/dlq?" + query);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains(reason);
        assertThat(asked).isEmpty();
    }

    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource(delimiter = '|', value = {
            "not JSON | no JSON at byte",
            "[] | allowed: an object with ids or filter",
            "null | allowed: an object with ids or filter",
            "{} | ids and filter",
            "{\"filter\": {\"errorType\": \"PERMANENT\"}} | filter: 'errorType' is not allowed",
            "{\"filter\": {\"from\": \"now\"}} | a time such as",
            "{\"filter\": {\"state\": \"replayed\"}} | only open letters",
            "{\"ids\": [\"17\"]} | such as dlq.errors-0-17",
            "{\"ids\": [null]} | such as dlq.errors-0-17",
            "{\"filter\": {}, \"rate\": 0} | 1 to 10000 letters a second",
            "{\"filter\": {}, \"rate\": 1000000} | 1 to 10000 letters a second",
            "{\"filter\": {}, \"dryRun\": \"yes\"} | dryRun",
            "{\"filter\": {}, \"dry\": true} | dry",
            "{\"filter\": {}, \"after\": -1} | after",
            "{\"filter\": {}, \"until\": -1} | until"})
    void shouldSayWhatIsWrongWithADecisionAndDoNothing(String body, String reason) throws Exception {
        serve();

        HttpResponse<String> answer = post("/admin/dlq/replay", body);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains(reason);
        assertThat(asked).isEmpty();
    }

    @Test
    void shouldPassOnWhatIsMeant() throws Exception {
        serve();

        assertThat(get("/admin/dlq?class=POISON&group=audit&from=2026-01-31T08:00:00Z&limit=7&after=3").statusCode()).isEqualTo(200);
        assertThat(post("/admin/dlq/discard", "{\"ids\": [\"dlq.errors-0-17\"], \"actor\": \"anna\", \"reason\": \"a test\", "
                + "\"after\": 3, \"until\": 12}").statusCode()).isEqualTo(200);
        assertThat(post("/admin/dlq/discard", "{\"ids\": [\"dlq.errors-0-17\"]}").statusCode()).isEqualTo(400);

        assertThat(asked).containsExactly(
                new DeadLetters.ListLetters(new DeadLetters.Filter(null, null, null, "POISON", null, null, "audit",
                        "2026-01-31T08:00:00Z", null, null), 3, 7),
                new DeadLetters.Act("discard", new DeadLetters.Filter(List.of("dlq.errors-0-17"), null, null, null, null,
                        null, null, null, null, null), "anna", "a test", false, 100, 3, 12));
    }

    @Test
    void shouldTellWhoDidWhatAndWhy() throws Exception {
        serve();

        HttpResponse<String> answer = get("/admin/dlq/actions?letter=dlq.errors-0-17&from=2026-01-31T08:00:00Z&before=12&limit=5");

        assertThat(answer.body()).isEqualToIgnoringWhitespace("""
                {"actions": [{"id": 9, "at": "2026-01-31T08:00:00.000Z", "actor": "anna", "action": "replay", "reason": "mended",
                "letters": 3, "meant": 5, "outcome": "begun", "endedAt": null}], "next": 9}""");
        assertThat(asked).containsExactly(new DeadLetters.ListActions("dlq.errors-0-17", "2026-01-31T08:00:00Z", null, 12, 5));
        assertThat(get("/admin/dlq/actions?group=audit").body())
                .contains("parameter: 'group' is not allowed; allowed: before, from, letter, limit, to");
        assertThat(get("/admin/dlq/actions?letter=17").body()).contains("such as dlq.errors-0-17");
        assertThat(get("/admin/dlq/actions?from=yesterday").statusCode()).isEqualTo(400);
    }

    @Test
    void shouldExportPortionByPortion() throws Exception {
        serve();

        List<String> lines = get("/admin/dlq/export?class=PERMANENT&actor=anna").body().lines().toList();

        assertThat(lines).hasSize(PORTIONS * LETTERS_PER_PORTION).doesNotHaveDuplicates();
        assertThat(lines.get(799)).contains("\"id\":\"dlq.errors-0-800\"").contains("\"value\":\"AAAA");
        assertThat(asked).hasSize(PORTIONS);
    }

    @Test
    void shouldNotEndAnExportAsIfItWereWholeWhenItIsCutOff() throws Exception {
        serve();
        failAfter = 200;

        assertThatThrownBy(() -> get("/admin/dlq/export")).isInstanceOf(IOException.class);
        failAfter = 0;
        assertThat(get("/admin/dlq/export").statusCode()).isEqualTo(503);
    }

    @Test
    void shouldSayThatNoRouterRuns() throws Exception {
        HttpResponse<String> answer = get("/admin/dlq");

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body()).contains("no DLQ router runs");
    }

    private HttpResponse<String> get(String path) throws Exception {
        return http.send(HttpRequest.newBuilder(URI.create("http://localhost:" + port + path)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String path, String body) throws Exception {
        return http.send(HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .POST(HttpRequest.BodyPublishers.ofString(body)).build(), HttpResponse.BodyHandlers.ofString());
    }
}
