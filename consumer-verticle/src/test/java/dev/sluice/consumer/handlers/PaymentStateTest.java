package dev.sluice.consumer.handlers;

import dev.sluice.api.Event;
import dev.sluice.api.Origin;
import dev.sluice.api.PermanentFailure;
import dev.sluice.api.RoutingKey;
import dev.sluice.consumer.Backends;
import dev.sluice.consumer.RigExtension;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@ExtendWith(RigExtension.class)
class PaymentStateTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static Backends.Postgres postgres;
    private static Vertx vertx;
    private static Pool pool;

    @BeforeAll
    static void start(Backends.Postgres shared) {
        postgres = shared;
        vertx = Vertx.vertx();
        pool = postgres.settings().pool(vertx);
    }

    @AfterAll
    static void stop() throws Exception {
        vertx.close().await(10, TimeUnit.SECONDS);
    }

    @BeforeEach
    void clear() {
        postgres.execute("TRUNCATE payment_states");
    }

    @Test
    void shouldKeepWhatThePaymentSays() throws Exception {
        handle(payment("a", 7, NOON, """
                {"user_id": "u1", "amount": 12.3400, "currency": "EUR", "status": "authorized"}"""));

        assertThat(row("entity_id || ' ' || sequence || ' ' || user_id || ' ' || amount || ' ' || currency || ' ' || status"))
                .containsExactly("p1 7 u1 12.3400 EUR authorized");
    }

    @Test
    void shouldLeaveARowUntouchedWhenTheStatusIsTheSame() throws Exception {
        handle(payment("a", 1, NOON, "{\"status\": \"paid\"}"));
        List<String> first = row("xmin");
        handle(payment("a", 1, NOON, "{\"status\": \"paid\"}"));

        assertThat(row("xmin")).isEqualTo(first);
    }

    @ParameterizedTest
    @CsvSource({"2, 0, refunded", "0, 60, paid", "1, 60, refunded", "1, -60, paid", "1, 0, paid"})
    void shouldOnlyGiveWayToANewerStatus(long sequence, long secondsLater, String expected) throws Exception {
        handle(payment("a", 1, NOON, "{\"status\": \"paid\"}"));
        handle(payment("a", sequence, NOON.plusSeconds(secondsLater), "{\"status\": \"refunded\"}"));

        assertThat(row("status")).containsExactly(expected);
    }

    @Test
    void shouldTakeTheNewestOfSeveralStatesInOneBatch() throws Exception {
        handle(payment("b", 3, NOON, "{\"status\": \"settled\"}"), payment("a", 1, NOON, "{\"status\": \"new\"}"),
                payment("b", 2, NOON, "{\"status\": \"paid\"}"));

        assertThat(row("event_id || status")).containsExactly("anew", "bsettled");
    }

    @Test
    void shouldTellWhatIsThereAlreadyAmongMany() throws Exception {
        handle(payment("1000", 1, NOON, "{\"status\": \"new\"}"), payment("1001", 5, NOON, "{\"status\": \"settled\"}"));
        handle(IntStream.range(950, 1_050).mapToObj(id -> payment("" + id, 3, NOON, "{\"status\": \"paid\"}")).toArray(Event[]::new));

        assertThat(postgres.column("SELECT status || ' ' || count(*) FROM payment_states GROUP BY status ORDER BY 1"))
                .containsExactly("paid 99", "settled 1");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"[1]|must be a JSON object", "{\"amount\":1}|data.status must be a text",
            "{\"status\":\" \"}|data.status must be a text", "{\"status\":{}}|data.status must be a text",
            "{\"status\":\"x\",\"amount\":\"ten\"}|data.amount must be a decimal number",
            "{\"status\":\"x\",\"amount\":1e9999}|data.amount must be a decimal number of at most 1000 digits",
            "{\"status\":\"x\",\"amount\":true}|data.amount must be a decimal number",
            "{\"status\":\"x\",\"currency\":[]}|data.currency must be a text"})
    void shouldRefuseBadDataForGoodAndSayWhy(String data, String reason) {
        assertThatThrownBy(() -> handle(payment("a", 1, NOON, data)))
                .isInstanceOf(PermanentFailure.class).hasMessageContaining(reason);
    }

    @Test
    void shouldAcceptAnAmountAsText() throws Exception {
        handle(payment("a", 1, NOON, "{\"status\": \"paid\", \"amount\": \"0.10\"}"));

        assertThat(row("amount")).containsExactly("0.10");
    }

    private static List<String> row(String columns) {
        return postgres.column("SELECT " + columns + " FROM payment_states ORDER BY event_id");
    }

    private static void handle(Event... events) throws Exception {
        pool.withTransaction(connection -> io.vertx.core.Future.succeededFuture()
                        .compose(go -> new PaymentState().handle(connection, List.of(events)).mapEmpty()))
                .await(10, TimeUnit.SECONDS);
    }

    private static Event payment(String id, long sequence, Instant time, String data) {
        return new Event(id, "payment", Optional.of(new RoutingKey("payment", "p1")), OptionalLong.of(sequence),
                Optional.of(time), "application/json", data.getBytes(StandardCharsets.UTF_8),
                new Origin("events", 0, 0, time), 1, Map.of());
    }
}
