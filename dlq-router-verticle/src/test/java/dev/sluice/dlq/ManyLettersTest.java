package dev.sluice.dlq;

import dev.sluice.bus.DeadLetters.Filter;
import dev.sluice.bus.DeadLetters.Letter;
import dev.sluice.config.PostgresSettings;
import dev.sluice.devstack.Postgres;
import dev.sluice.devstack.junit.StackExtension;
import dev.sluice.store.Schema;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.sql.Connection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/** A million dead letters: the time of a page of 100, by each filter, from the beginning and from the middle. */
@Tag("long")
@Timeout(600)
@ExtendWith(StackExtension.class)
class ManyLettersTest {

    private static final int LETTERS = Integer.getInteger("letters", 1_000_000);
    private static final long ALLOWED_MILLIS = 2_000;

    @Test
    void shouldPageThroughAMillionLetters(Postgres database) throws Exception {
        PostgresSettings postgres = PostgresSettings.of(database.host(), database.port(), database.database(),
                database.user(), database.password());
        Schema.migrate(postgres);
        fill(database);
        Vertx vertx = Vertx.vertx();
        try {
            Pool pool = postgres.pool(vertx);
            LetterTable table = new LetterTable(pool);
            Map<String, Filter> filters = new LinkedHashMap<>();
            filters.put("none", filter(null, null, null, null, null, null, null, null, null));
            filters.put("open, which are rare", filter(null, null, null, null, null, null, null, null, "open"));
            filters.put("a class that is rare", filter(null, null, "POISON", null, null, null, null, null, null));
            filters.put("a rare group and class", filter(null, null, "PERMANENT", null, null, "g7", null, null, "open"));
            filters.put("an entity", filter(null, null, null, null, "order:77", null, null, null, null));
            filters.put("an hour", filter(null, null, null, null, null, null, "2026-01-05T08:00:00Z", "2026-01-05T09:00:00Z", null));
            filters.put("a text that is rare", filter(null, null, null, "account 999999", null, null, null, null, null));
            filters.put("a text that is nowhere", filter(null, null, null, "nowhere", null, null, null, null, null));
            filters.put("an hour of a rare group", filter(null, null, null, null, null, "g7", "2026-01-05T08:00:00Z", "2026-01-05T09:00:00Z", null));
            StringBuilder report = new StringBuilder("a page of 100 of " + LETTERS + " letters, by filter:");
            for (Map.Entry<String, Filter> each : filters.entrySet()) {
                long first = millis(() -> table.list(each.getValue(), 0, 100));
                long middle = millis(() -> table.list(each.getValue(), LETTERS / 2, 100));
                long count = millis(() -> table.meant(each.getValue()));
                report.append("\n  %s: %d ms, from the middle %d ms, count %d ms".formatted(each.getKey(), first, middle, count));
                assertThat(Math.max(first, middle)).as(each.getKey()).isLessThan(ALLOWED_MILLIS);
            }
            System.out.println(report);
            List<Letter> page = ended(table.list(filters.get("an entity"), 0, 100));
            assertThat(page).isNotEmpty().allSatisfy(letter -> assertThat(letter.entity()).isEqualTo("order:77"));
            assertThat(ended(table.meant(filters.get("none"))).letters()).isEqualTo(LETTERS);
        } finally {
            ended(vertx.close());
        }
    }

    private static void fill(Postgres database) throws Exception {
        try (Connection connection = database.connect()) {
            connection.createStatement().execute("""
                    INSERT INTO dead_letters (id, topic, partition, record_offset, state, consumer_group, event_id, entity,
                        event_type, error_type, error_message, original_topic, original_partition, original_offset,
                        retry_count, failed_at, bytes)
                    SELECT 'dlq.errors-' || i %% 24 || '-' || i / 24, 'dlq.errors', i %% 24, i / 24,
                        CASE WHEN i %% 5000 = 0 THEN 'open' ELSE 'replayed' END,
                        CASE WHEN i %% 10000 = 0 THEN 'g7' ELSE 'audit' END, 'source e' || i, 'order:' || i %% 50000,
                        'paid', CASE WHEN i %% 20000 = 1 THEN 'POISON' WHEN i %% 3 = 0 THEN 'TRANSIENT' ELSE 'PERMANENT' END,
                        'no such account ' || i || ' in the ledger of that year', 'events', i %% 24, i / 24, 0,
                        timestamptz '2026-01-01 00:00:00Z' + i * interval '1 second', 400
                    FROM generate_series(0, %d - 1) AS i""".formatted(LETTERS));
            connection.createStatement().execute("ANALYZE dead_letters");
        }
    }

    private static Filter filter(String topic, String type, String errorType, String text, String entity, String group,
                                 String from, String to, String state) {
        return new Filter(null, topic, type, errorType, text, entity, group, from, to, state);
    }

    private static long millis(java.util.function.Supplier<Future<?>> question) {
        ended(question.get());
        long start = System.nanoTime();
        ended(question.get());
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    }

    private static <T> T ended(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
