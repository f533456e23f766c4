package dev.sluice.dlq;

import dev.sluice.bus.Addresses;
import dev.sluice.bus.RouteFailure;
import dev.sluice.bus.Routed;
import dev.sluice.event.Outcome;
import dev.sluice.event.RawRecord;
import dev.sluice.event.RawRecord.Header;
import dev.sluice.failure.ErrorInfo;
import dev.sluice.store.Inbox;
import io.vertx.core.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class DlqRouterVerticleTest extends RunningRouter {

    @Test
    void shouldMoveARecordUnchangedWithItsFailureHeaders() {
        RawRecord record = Failures.record("events", new Header("ce_id", new byte[] {(byte) 0xc3, 0x28}),
                new Header("none", null), Header.of("x-retry-count", "99"));
        long before = System.currentTimeMillis();

        Routed.Retrying retrying = (Routed.Retrying) ask(Failures.of(record, eventId, Failures.transientError()));

        ConsumerRecord<byte[], byte[]> moved = onlyRecord("events.retry");
        assertThat(moved.key()).isEqualTo(Failures.KEY);
        assertThat(moved.value()).isEqualTo(Failures.VALUE);
        assertThat(moved.timestamp()).isEqualTo(1_700_000_000_123L);
        assertThat(moved.partition()).isEqualTo(retrying.partition());
        assertThat(moved.offset()).isEqualTo(retrying.offset());
        assertThat(moved.headers().toArray()[0].value()).containsExactly(0xc3, 0x28);
        assertThat(moved.headers().lastHeader("none").value()).isNull();
        assertThat(Arrays.stream(moved.headers().toArray()).map(header -> header.key())).containsExactly(
                "ce_id", "none", "x-event-identity", "x-retry-count", "x-original-topic", "x-original-partition",
                "x-original-offset", "x-original-group", "x-error-type", "x-error-message", "x-error-stack",
                "x-failed-at", "x-retry-after");
        assertThat(text(moved, "x-retry-count")).isEqualTo("1");
        assertThat(text(moved, "x-original-offset")).isEqualTo("77");
        assertThat(text(moved, "x-original-group")).isEqualTo(Failures.GROUP);
        Instant failedAt = Instant.parse(text(moved, "x-failed-at"));
        assertThat(Instant.parse(text(moved, "x-retry-after"))).isEqualTo(failedAt.plusSeconds(2))
                .isEqualTo(Instant.ofEpochMilli(retrying.dueMillis()));
        assertThat(failedAt).isBetween(Instant.ofEpochMilli(before), Instant.now());
    }

    @Test
    void shouldRetryFourTimesAndThenWriteALetter() {
        RawRecord record = Failures.record("events", Header.of("ce_id", "1"));
        for (int retry = 1; retry <= 4; retry++) {
            Routed routed = ask(Failures.of(record, eventId, Failures.transientError()));

            assertThat(routed).isInstanceOf(Routed.Retrying.class);
            assertThat(((Routed.Retrying) routed).retry()).isEqualTo(retry);
            assertThat(((Routed.Retrying) routed).partition() % 4).isEqualTo(retry - 1);
            record = raw(records("events.retry").get(retry - 1));
            assertThat(record.header("x-retry-count")).isEqualTo(Integer.toString(retry));
        }

        Routed routed = ask(Failures.of(record, eventId, Failures.transientError()));

        assertThat(routed).isInstanceOf(Routed.Dead.class);
        assertThat(((Routed.Dead) routed).errorType()).isEqualTo("TRANSIENT");
        ConsumerRecord<byte[], byte[]> letter = onlyRecord("dlq.errors");
        assertThat(letter.value()).isEqualTo(Failures.VALUE);
        assertThat(letter.timestamp()).isEqualTo(1_700_000_000_123L);
        assertThat(letter.headers().headers("ce_id")).hasSize(1);
        assertThat(letter.headers().headers("x-retry-count")).hasSize(1);
        assertThat(text(letter, "x-retry-count")).isEqualTo("4");
        assertThat(text(letter, "x-original-topic")).isEqualTo("events");
        assertThat(text(letter, "x-original-partition")).isEqualTo("5");
        assertThat(text(letter, "x-original-offset")).isEqualTo("77");
        assertThat(letter.headers().lastHeader("x-retry-after")).isNull();
        assertThat(inbox()).isEqualTo(Outcome.DEAD);
    }

    @Test
    void shouldSendToThePoisonLettersWhatNobodyCanRead() {
        ErrorInfo undecodable = Failures.type("dev.sluice.failure.UndecodableRecord");

        Routed routed = ask(Failures.of(Failures.record("events"), eventId, undecodable));

        assertThat(routed).isInstanceOf(Routed.Dead.class);
        assertThat(onlyRecord("dlq.poison").value()).isEqualTo(Failures.VALUE);
        assertThat(text(onlyRecord("dlq.poison"), "x-error-type")).isEqualTo("POISON");
        assertThat(meters.get("poison_pill_count").tag("group", Failures.GROUP).gauge().value()).isEqualTo(1);
        assertThat(meters.get("dlq_messages_per_hour").tags("group", Failures.GROUP, "class", "POISON").gauge().value()).isEqualTo(1);
        assertThat(meters.get("dlq_routed_total").tags("class", "POISON", "topic", "dlq.poison").counter().count()).isEqualTo(1);
    }

    @Test
    void shouldAskAnInstalledClassifierBeforeTheRules() {
        ErrorInfo teapot = new ErrorInfo(List.of("dev.sluice.failure.HttpStatusFailure"), null, 418, "short and stout", "");

        assertThat(((Routed.Dead) ask(Failures.of(Failures.record("events"), eventId, teapot))).errorType()).isEqualTo("POISON");
    }

    @Test
    void shouldWriteNoLetterForAnEventThatHasTakenEffect() {
        ended(new Inbox(Failures.GROUP).claim(pool, List.of(eventId)));

        Routed routed = ask(Failures.of(Failures.record("events"), eventId, Failures.permanentError()));

        assertThat(routed).isEqualTo(new Routed.AlreadySettled(Outcome.APPLIED));
        assertThat(records("dlq.errors")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"TRANSIENT, dlq.errors", "BLOCKED_BY, dlq.errors", "POISON, dlq.poison"})
    void shouldSayInASecondLetterWhatTheFirstSaid(String errorType, String topic) {
        ended(new Inbox(Failures.GROUP).bury(pool, eventId, new Inbox.Cause(errorType, "the first\0 one's message")));

        Routed routed = ask(Failures.of(Failures.record("events"), eventId, Failures.type("dev.sluice.failure.AlreadyDead")));

        assertThat(routed).isInstanceOf(Routed.Dead.class);
        assertThat(text(onlyRecord(topic), "x-error-type")).isEqualTo(errorType);
        assertThat(text(onlyRecord(topic), "x-error-message")).isEqualTo("the first  one's message");
    }

    @Test
    void shouldWriteTheLetterOfAnEventThatWasBuriedBeforeACrash() {
        assertThat(ended(new Inbox(Failures.GROUP).bury(pool, eventId,
                new Inbox.Cause("PERMANENT", "refused")))).isEqualTo(Outcome.DEAD);

        Routed routed = ask(Failures.of(Failures.record("events"), eventId, Failures.permanentError()));

        assertThat(routed).isInstanceOf(Routed.Dead.class);
        assertThat(records("dlq.errors")).hasSize(1);
    }

    @Test
    void shouldWriteTheLetterOfAnIdentityThatPostgresqlCantHold() {
        String impossible = eventId + "\u0000";

        Routed routed = ask(Failures.of(Failures.record("events"), impossible, Failures.permanentError()));

        assertThat(routed).isInstanceOf(Routed.Dead.class);
        assertThat(records("dlq.errors", impossible)).hasSize(1);
    }

    @Test
    void shouldWriteOneRecordForARouteThatIsAskedTwice() {
        RouteFailure failure = Failures.of(Failures.record("events"), eventId, Failures.transientError());

        Future<Routed> first = bus.ask(Addresses.ROUTE_FAILURE, failure);
        Future<Routed> meanwhile = bus.ask(Addresses.ROUTE_FAILURE, failure);
        Routed answer = ended(first);

        assertThat(ended(meanwhile)).isEqualTo(answer);
        assertThat(ask(failure)).isEqualTo(answer);
        assertThat(records("events.retry")).hasSize(1);
    }

    @Test
    void shouldSayThatItIsNotRoutedWhileKafkaIsFrozenAndLoseNothing() throws Exception {
        for (int instance = 0; instance < 2; instance++) {
            ask(Failures.of(Failures.record("events"), "warm " + instance + eventId, Failures.permanentError()));
        }
        RouteFailure failure = Failures.of(Failures.record("events"), eventId, Failures.permanentError());
        kafka.freeze();
        long asked = System.nanoTime();

        Routed whileFrozen = ask(failure);

        assertThat(whileFrozen).isInstanceOf(Routed.NotRouted.class);
        assertThat(Duration.ofNanos(System.nanoTime() - asked)).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(15));
        kafka.resume();
        await().atMost(Duration.ofSeconds(30)).until(() -> ask(failure) instanceof Routed.Dead);
        assertThat(records("dlq.errors")).isNotEmpty();
    }

    @Test
    void shouldFinishWhatIsUnderWayWhenItStops() {
        List<Future<Routed>> asked = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            asked.add(bus.ask(Addresses.ROUTE_FAILURE, Failures.of(Failures.record("events"), eventId, Failures.transientError())));
        }
        ended(asked.get(0));

        ended(vertx.undeploy(deployment));

        int written = records("events.retry").size();
        await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> assertThat(asked.stream().filter(Future::succeeded)
                .filter(future -> future.result() instanceof Routed.Retrying)).hasSize(written));
    }

    private Outcome inbox() {
        return ended(new Inbox(Failures.GROUP).find(pool, eventId)).orElseThrow();
    }
}
