package dev.sluice.engine.operations;

import dev.sluice.bus.Addresses;
import dev.sluice.bus.Bus;
import dev.sluice.bus.DeadLetters;
import dev.sluice.bus.LagReport;
import dev.sluice.bus.LagVerdict;
import dev.sluice.event.RawRecord;
import io.micrometer.core.instrument.Tag;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A real browser on a node's operations server; behind the bus stand a lag monitor and a router that say what they are told. */
@Timeout(120)
class ConsoleTest {

    private static final String HOSTILE = "<img src=x onerror=\"document.title='taken'\">";

    private final Vertx vertx = Vertx.vertx();
    private final Bus bus = Bus.install(vertx);
    private final Queue<DeadLetters.Act> acts = new ConcurrentLinkedQueue<>();
    private final Queue<DeadLetters.ExportLetters> exports = new ConcurrentLinkedQueue<>();
    private String server;

    @BeforeEach
    void listen() throws Exception {
        PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        meters.gauge("consumer_queue_depth", List.of(Tag.of("group", "audit")), 17);
        HealthBoard health = new HealthBoard(meters);
        health.onStarted();
        bus.serve(Addresses.LAG_NOW, question -> Future.succeededFuture(lag()));
        bus.serve(Addresses.LIST_LETTERS, question -> Future.succeededFuture(new DeadLetters.Page(List.of(letter()), 0)));
        bus.serve(Addresses.SHOW_LETTER, question -> Future.succeededFuture(new DeadLetters.Shown(letter(), record())));
        bus.serve(Addresses.EXPORT_LETTERS, portion -> {
            exports.add(portion);
            return Future.succeededFuture(new DeadLetters.Exported(List.of(new DeadLetters.Shown(letter(), record())),
                    portion.after() == 0 ? 9 : 0));
        });
        bus.serve(Addresses.LIST_ACTIONS, question -> Future.succeededFuture(new DeadLetters.Actions(List.of(), 0)));
        bus.serve(Addresses.ACT_ON_LETTERS, act -> {
            acts.add(act);
            return Future.succeededFuture(act.dryRun() ? new DeadLetters.Acted(3, 0, 0, 9, null)
                    : new DeadLetters.Acted(act.after() == 0 ? 2 : 1, 0, act.after() == 0 ? 8 : 0, 0, null));
        });
        OperationsServer operations = new OperationsServer(vertx, bus, health, meters, (report, reason) -> new StatusReport(1,
                "node-1", true, null, null, null, null, null, List.of(new StatusReport.Running("consumer-verticle", 2)),
                report == null ? null : report.total(), reason, List.of()));
        int port = operations.listen("127.0.0.1", 0, router -> router.get("/admin/alerts").handler(request -> request.json(
                        new JsonObject().put("alerts", new JsonArray()))))
                .toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS).actualPort();
        server = "http://127.0.0.1:" + port;
    }

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private static LagReport lag() {
        return new LagReport(List.of(new LagReport.PartitionLag("audit", "events", 3, OptionalLong.of(10), 0, 4_210,
                OptionalLong.of(4_200), OptionalDouble.of(61), 0, LagVerdict.STALLED, "no commit for 61 s")),
                List.of(new LagReport.TopicLag("audit", "events", 4_200, OptionalDouble.empty(), 12, 2)), 0, 4_200, 0);
    }

    private static DeadLetters.Letter letter() {
        return new DeadLetters.Letter(9, "dlq.errors-0-17", "open", "audit", "e17", "order:17", "paid", "PERMANENT", HOSTILE, "events",
                3, 40, 0, "2026-01-31T08:00:00.000Z", 100);
    }

    private static RawRecord record() {
        return new RawRecord("dlq.errors", 0, 17, 0, null, ("{\"amount\": \"" + HOSTILE.replace("\"", "'") + "\"}")
                .getBytes(StandardCharsets.UTF_8), List.of(RawRecord.Header.of("x-error", "refused")));
    }

    @Test
    void shouldShowTheFlowTheLagAndTheDeadLettersAndReplayThem(@TempDir Path folder) throws Exception {
        try (Browser browser = Browser.open(folder)) {
            browser.go(server + "/console/");
            awaitText(browser, "#node", "node-1");
            awaitText(browser, "#lag-total", "lag 4,200");
            awaitText(browser, "[data-metric=consumer_queue_depth] b", "17");
            awaitText(browser, "#lag-partitions td:nth-child(9)", "STALLED");
            assertThat(browser.evaluate("document.querySelector('#trouble').textContent")).isEmpty();

            browser.evaluate("location.hash = '#letters'");
            awaitText(browser, "#letters-list td:nth-child(8)", HOSTILE);
            browser.evaluate("document.querySelector('#letters-list tbody tr').click()");
            await().atMost(Duration.ofSeconds(20)).until(() -> browser.evaluate(
                    "document.querySelector('#letter')?.textContent ?? ''").contains("refused"));
            assertThat(browser.evaluate("document.title")).as("an event's content is no script").isEqualTo("Sluice");
            assertThat(browser.evaluate("String(document.querySelectorAll('main img').length)")).isEqualTo("0");

            browser.evaluate("document.querySelector('#letters-act [name=actor]').value = 'anna'");
            browser.evaluate("document.querySelector('#letters-act [name=reason]').value = 'mended'");
            browser.evaluate("document.querySelector('#letters-act button[value=replay]').click()");
            await().atMost(Duration.ofSeconds(20)).until(() -> browser.evaluate(
                    "String(document.querySelector('#confirm').open)").equals("true"));
            assertThat(acts).as("nothing is done before it is confirmed").allMatch(DeadLetters.Act::dryRun);
            browser.evaluate("document.querySelector('#confirm button[value=yes]').click()");
            awaitText(browser, "#letters-progress", "replay: 3 of 3");
        }
        assertThat(acts).extracting(DeadLetters.Act::action).containsExactly("replay", "replay", "replay");
        assertThat(acts).extracting(DeadLetters.Act::dryRun).containsExactly(true, false, false);
        assertThat(acts).extracting(DeadLetters.Act::actor).containsOnly("anna");
        assertThat(acts).extracting(DeadLetters.Act::until).containsExactly(0L, 9L, 9L);
        assertThat(acts).extracting(DeadLetters.Act::after).containsExactly(0L, 0L, 8L);
    }

    @Test
    void shouldExportWhatTheFilterFindsAsTheCommandLineDoes(@TempDir Path folder, @TempDir Path downloads) throws Exception {
        try (Browser browser = Browser.open(folder)) {
            browser.downloadTo(downloads);
            browser.go(server + "/console/#letters");
            awaitText(browser, "#letters-list td:nth-child(5)", "audit");
            browser.evaluate("document.querySelector('#letters-filter [name=group]').value = 'audit'");
            browser.evaluate("document.querySelector('#letters-filter [name=text]').value = 'no such & account'");
            browser.evaluate("document.querySelector('#letters-filter button').click()");
            browser.evaluate("document.querySelector('#letters-act [name=actor]').value = 'anna'");
            browser.evaluate("document.querySelector('#letters-act [name=reason]').value = 'for the auditors'");

            browser.evaluate("document.querySelector('#letters-act button[value=export]').click()");

            await().atMost(Duration.ofSeconds(20)).until(() -> Files.exists(downloads.resolve("letters.ndjson")));
            awaitText(browser, "#letters-progress", "export: letters.ndjson is being downloaded");
        }
        DeadLetters.Filter found = new DeadLetters.Filter(null, null, null, null, "no such & account", null, "audit", null, null, "open");
        assertThat(exports).containsExactly(new DeadLetters.ExportLetters(found, "anna", "for the auditors", 0),
                new DeadLetters.ExportLetters(found, "anna", "for the auditors", 9));
        assertThat(downloads.resolve("letters.ndjson")).hasContent(ask(HttpRequest.newBuilder(
                URI.create(server + "/admin/dlq/export"))).body());
    }

    private static void awaitText(Browser browser, String selector, String text) {
        await().atMost(Duration.ofSeconds(20)).until(() -> browser.evaluate("document.querySelector(`" + selector
                + "`)?.textContent ?? ''"), text::equals);
    }

    @Test
    void shouldServeItsOwnFilesOnlyAndLetThemLoadNothingElse() throws Exception {
        HttpResponse<String> page = ask(HttpRequest.newBuilder(URI.create(server + "/console/")));

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("content-security-policy")).hasValueSatisfying(policy ->
                assertThat(policy).contains("default-src 'none'").contains("frame-ancestors 'none'"));
        assertThat(page.body()).doesNotContain("http://").doesNotContain("https://");
        for (String file : List.of("console.js", "charts.js", "letters.js", "page.js")) {
            assertThat(ask(HttpRequest.newBuilder(URI.create(server + "/console/" + file))).headers().firstValue("content-type"))
                    .as(file).hasValueSatisfying(type -> assertThat(type).contains("javascript"));
        }
        for (String outside : List.of("../logback.xml", "%2e%2e/logback.xml", "..%2flogback.xml", "nothing.js")) {
            assertThat(ask(HttpRequest.newBuilder(URI.create(server + "/console/" + outside))).statusCode()).as(outside).isEqualTo(404);
        }
    }

    @Test
    void shouldDoNothingForAPageOfAnotherOrigin() throws Exception {
        HttpRequest.Builder replay = HttpRequest.newBuilder(URI.create(server + "/admin/dlq/replay"))
                .POST(HttpRequest.BodyPublishers.ofString("{\"filter\": {}}")).header("content-type", "text/plain");

        for (String origin : List.of("http://evil.example", "null", "http://127.0.0.1:1")) {
            assertThat(ask(replay.copy().header("origin", origin)).statusCode()).as(origin).isEqualTo(403);
        }
        assertThat(acts).isEmpty();
        assertThat(ask(HttpRequest.newBuilder(URI.create(server + "/admin/dlq/export?actor=eve")).header("sec-fetch-site", "cross-site"))
                .statusCode()).as("an image of such a page, which would leave a trace in the audit trail").isEqualTo(403);
        assertThat(ask(replay.copy().header("origin", server)).statusCode()).isEqualTo(200);
        assertThat(ask(replay.copy()).statusCode()).isEqualTo(200);
    }

    private static HttpResponse<String> ask(HttpRequest.Builder request) throws Exception {
        return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
