package dev.sluice.testing;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.devstack.Stack;
import dev.sluice.devstack.junit.StackExtension;
import dev.sluice.testing.MixedStream.Fate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Valid, flaky, hopeless, refused, malformed and deadly events in one stream, for a group that keeps the order through
 * retries and one that doesn't: each event ends in exactly one place, and once the cause is mended the letters can be sent
 * back. {@code -Dmixed.events=100000 -Dmixed.deadly=3 -Dmixed.base-delay=1000} for the large one, and {@code -Dmixed.minutes}
 * where the machine is slow.
 */
@Tag("long")
@Timeout(4_000)
@ExtendWith(StackExtension.class)
class MixedFailuresTest {

    private static final long BASE_MILLIS = Long.getLong("mixed.base-delay", 250);
    private static final Duration PATIENCE = Duration.ofMinutes(Integer.getInteger("mixed.minutes", 15));
    private static final int LONGEST_RETRY = 4;
    private static final String BOTH = "ordered,relaxed";

    private final MixedStream stream = new MixedStream(Integer.getInteger("mixed.events", 3_000), 250,
            Integer.getInteger("mixed.deadly", 1));
    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path folder;
    private Tables tables;
    private SluiceProcess sluice;
    private Path config;
    private int deaths;
    private long begun;

    @Test
    void shouldBringEachEventToOnePlaceAndHaveTheEffectOfAllOnceTheCauseIsMended(Stack stack) throws Exception {
        tables = new Tables(stack.postgres());
        for (String group : BOTH.split(",")) {
            tables.execute("CREATE TABLE " + group + " (id bigint GENERATED ALWAYS AS IDENTITY, event_id text, entity text, "
                    + "sequence bigint, type text)");
        }
        tables.execute("CREATE TABLE mended (at timestamptz)");
        config = folder.resolve("sluice.yaml");
        Files.writeString(config, """
                consumer:
                  subscriptions:
                    - {group: ordered, topic: events, handler: mixed, ordering: key, sequences: none, pressure: ignored, settings: {table: ordered, mortal: true}}
                    - {group: relaxed, topic: events, handler: mixed, ordering: key, sequences: none, retries: relaxed, pressure: ignored, settings: {table: relaxed, mortal: false}}
                dlq:
                  retry: {base-delay: %dms}
                """.formatted(BASE_MILLIS));
        sluice = new SluiceProcess(folder.resolve("node"), stack);
        try {
            begun = System.nanoTime();
            start();
            stream.publish(stack.kafka().bootstrapServers());
            await().atMost(PATIENCE).pollInterval(Duration.ofMillis(300)).until(() -> livesAnd(
                    () -> placed("ordered") >= stream.events() && placed("relaxed") >= stream.events()));
            tell("each event in its place");

            shouldHaveOnePlaceEach("ordered", stream.count(Fate.DEADLY));
            shouldHaveOnePlaceEach("relaxed", 0);
            assertThat(deaths).isBetween(3 * stream.deadly(), 4 * stream.deadly() + 2);
            assertThat(tables.count("(SELECT sequence - lag(sequence) OVER (PARTITION BY entity ORDER BY id) AS step "
                    + "FROM ordered) AS steps WHERE step < 1")).isZero();
            await().atMost(Duration.ofSeconds(60)).until(() -> tables.count("parked_events") == 0);
            shouldHaveKeptTheSchedule(stack.kafka().bootstrapServers());

            shouldHaveTheEffectOfAllOnceMended();
            tell("every effect there once, and no letter open");
        } finally {
            sluice.end();
        }
    }

    private void start() throws Exception {
        sluice.start("--run", "all", "--config", config.toString());
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    /** As a supervisor does: starts the node again when it has died. */
    private boolean livesAnd(Condition condition) throws Exception {
        if (!sluice.isRunning()) {
            assertThat(++deaths).as("deaths").isLessThan(8 + 8 * stream.deadly());
            tell("death " + deaths + ", " + placed("ordered") + " and " + placed("relaxed") + " events in their places");
            start();
        }
        return condition.holds();
    }

    private void tell(String what) {
        System.out.printf("mixed stream: after %d s %s%n", (System.nanoTime() - begun) / 1_000_000_000, what);
    }

    private long placed(String group) throws Exception {
        return tables.count(group) + tables.count("dead_letters WHERE consumer_group = '" + group + "'");
    }

    private void shouldHaveOnePlaceEach(String group, int deadly) throws Exception {
        assertThat(placed(group)).isEqualTo(stream.events());
        assertThat(tables.count("(SELECT event_id FROM " + group + " UNION SELECT event_id FROM dead_letters "
                + "WHERE consumer_group = '" + group + "') AS each")).isEqualTo(stream.events());
        assertThat(letters(group, "error_type = 'POISON' AND topic = 'dlq.poison' AND error_message LIKE '%processes died%'"))
                .isEqualTo(deadly);
        assertThat(letters(group, "error_type = 'POISON' AND topic = 'dlq.poison'"))
                .isEqualTo(stream.count(Fate.MALFORMED) + deadly);
        assertThat(letters(group, "error_type = 'PERMANENT' AND event_type = 'refused' AND retry_count = 0"))
                .isEqualTo(stream.count(Fate.REFUSED));
        long blocked = letters(group, "error_type = 'BLOCKED_BY' AND event_type = 'hopeless'");
        assertThat(letters(group, "error_type = 'TRANSIENT' AND event_type = 'hopeless' AND retry_count = 4") + blocked)
                .isEqualTo(stream.count(Fate.HOPELESS));
        long blockedFlaky = letters(group, "error_type = 'BLOCKED_BY' AND event_type = 'flaky'");
        assertThat(tables.count(group + " WHERE type = 'flaky'") + blockedFlaky).isEqualTo(stream.count(Fate.FLAKY));
        assertThat(tables.count(group + " WHERE type = 'step'")).isEqualTo(stream.count(Fate.STEP));
        if (group.equals("relaxed")) {
            assertThat(blocked + blockedFlaky).isZero();
        }
    }

    private long letters(String group, String where) throws Exception {
        return tables.count("dead_letters WHERE consumer_group = '" + group + "' AND " + where);
    }

    /** By the headers of the relaxed group. After a death a record may be there twice; it says the same. */
    private void shouldHaveKeptTheSchedule(String kafka) {
        Map<String, Map<Integer, RetryHeaders>> byEvent = new HashMap<>();
        for (RetryHeaders each : RetryHeaders.of(kafka, "events.retry")) {
            assertThat(each.group()).isEqualTo("relaxed");
            assertThat(Duration.between(each.failedAt(), each.after()).toMillis()).isEqualTo(BASE_MILLIS << each.retry());
            byEvent.computeIfAbsent(each.eventId(), id -> new TreeMap<>()).putIfAbsent(each.retry(), each);
        }
        for (int event = 0; event < stream.events(); event++) {
            int retries = stream.fate(event) == Fate.FLAKY ? 2 : stream.fate(event) == Fate.HOPELESS ? LONGEST_RETRY : 0;
            Set<Integer> made = byEvent.getOrDefault("test m" + event, Map.of()).keySet();
            assertThat(made).as("retries of " + event).isEqualTo(upTo(retries));
        }
        List<Long> lateness = new ArrayList<>();
        byEvent.values().forEach(retries -> retries.forEach((number, retry) -> {
            RetryHeaders next = retries.get(number + 1);
            if (next != null) {
                lateness.add(Duration.between(retry.after(), next.failedAt()).toMillis());
            }
        }));
        assertThat(lateness).as("none runs before it is due").allSatisfy(millis -> assertThat(millis).isNotNegative());
        lateness.sort(Comparator.naturalOrder());
        System.out.printf("mixed stream: %d events, %d deaths, %d retries, lateness p50 %d ms, p90 %d ms, max %d ms (with restarts)%n",
                stream.events(), deaths, lateness.size(), lateness.get(lateness.size() / 2),
                lateness.get(lateness.size() * 9 / 10), lateness.get(lateness.size() - 1));
    }

    private static Set<Integer> upTo(int retries) {
        Set<Integer> numbers = new TreeSet<>();
        for (int i = 1; i <= retries; i++) {
            numbers.add(i);
        }
        return numbers;
    }

    private void shouldHaveTheEffectOfAllOnceMended() throws Exception {
        int readable = stream.events() - stream.count(Fate.MALFORMED);
        tables.execute("INSERT INTO mended VALUES (now())");
        JsonNode one = sluice.run("dlq", "list", "--class", "PERMANENT", "--limit", "1", "--json").json().get(0);
        List<String> names = new ArrayList<>();
        one.fieldNames().forEachRemaining(names::add);
        assertThat(names).containsExactly("id", "errorType", "errorMessage", "originalTopic", "originalPartition",
                "originalOffset", "group", "retryCount", "failedAt");
        SluiceProcess.Ended refused = sluice.run("dlq", "list", "--from", "yesterday");
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err()).contains("from: 'yesterday' is not allowed; allowed: a time such as");
        List<String> exported = sluice.run("dlq", "export").out().lines().toList();
        assertThat(exported).hasSize((int) tables.count("dead_letters"));
        assertThat(exported).as("large ones, from PostgreSQL").filteredOn(line -> line.length() > MixedStream.LARGE_BYTES)
                .hasSize(2).allSatisfy(line -> assertThat(line).contains("x-body"));
        assertThat(tables.count("large_letters")).isEqualTo(2);

        assertThat(sluice.run("dlq", "discard", "--class", "POISON", "--text", "no JSON", "--reason", "nobody can read them")
                .out()).contains("discard: " + 2 * stream.count(Fate.MALFORMED) + " letters");
        long open = tables.count("dead_letters WHERE state = 'open'");
        assertThat(sluice.run("dlq", "replay", "--all", "--dry-run").out()).contains("would replay " + open + " letters");
        assertThat(sluice.run("dlq", "replay", "--all", "--reason", "account created", "--rate", "1000").out())
                .contains("replay: " + open + " letters");
        assertThat(sluice.run("dlq", "replay", "--all").out()).contains("replay: 0 letters");
        await().atMost(Duration.ofSeconds(180)).until(() -> tables.count("ordered") == readable
                && tables.count("relaxed") == readable);
        sluice.awaitNoLag(Duration.ofSeconds(60));
        for (String group : BOTH.split(",")) {
            assertThat(tables.count("(SELECT DISTINCT event_id FROM " + group + ") AS one")).isEqualTo(readable);
            assertThat(tables.count(group)).isEqualTo(readable);
        }
        assertThat(tables.count("dead_letters WHERE state = 'open'")).isZero();
        await().until(() -> tables.count("large_letters WHERE value IS NOT NULL") == 0);
        shouldTellWhoDidWhat(open);
    }

    private void shouldTellWhoDidWhat(long replayed) throws Exception {
        Map<String, Integer> letters = new TreeMap<>();
        for (JsonNode action : sluice.run("dlq", "audit", "--limit", "10000", "--json").json()) {
            assertThat(action.path("actor").asText()).isEqualTo(System.getProperty("user.name"));
            assertThat(action.path("outcome").asText()).isEqualTo("done");
            letters.merge(action.path("action").asText() + " " + action.path("reason").asText(), action.path("letters").asInt(), Integer::sum);
        }
        assertThat(letters).containsEntry("replay account created", (int) replayed)
                .containsEntry("discard nobody can read them", 2 * stream.count(Fate.MALFORMED));
        assertThat(sluice.run("dlq", "audit", "--limit", "1").out().lines().toList()).hasSize(2)
                .first().asString().contains("WHEN", "WHO", "WHAT", "WHY");
        assertThat(sluice.run("dlq", "audit", "--group", "audit").err()).contains("audit takes one letter's id at most");
    }
}
