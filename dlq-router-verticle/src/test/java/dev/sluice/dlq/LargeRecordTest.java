package dev.sluice.dlq;

import dev.sluice.bus.Addresses;
import dev.sluice.bus.DeadLetters;
import dev.sluice.bus.Routed;
import dev.sluice.devstack.Kafka;
import dev.sluice.event.Decoded;
import dev.sluice.event.EventDecoder;
import dev.sluice.event.RawRecord;
import dev.sluice.event.RawRecord.Header;
import dev.sluice.failure.ErrorInfo;
import dev.sluice.store.LargeLetters;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Records at and above the size that Kafka's topics take. */
class LargeRecordTest extends RunningRouter {

    @Test
    void shouldMoveAnEventOfTheGreatestSize() {
        byte[] value = new byte[1 << 20];
        Arrays.fill(value, (byte) 'x');
        RawRecord record = new RawRecord("events", 0, 1, 1_700_000_000_123L, Failures.KEY, value, List.of());
        ErrorInfo longest = new ErrorInfo(List.of("x.Y"), "23505", 0, "m".repeat(5_000), "s".repeat(50_000));

        Routed routed = ask(Failures.of(record, eventId, longest));

        assertThat(routed).isInstanceOf(Routed.Dead.class);
        assertThat(onlyRecord("dlq.errors").value()).isEqualTo(value);
        assertThat(text(onlyRecord("dlq.errors"), "x-error-message")).hasSize(1024);
        assertThat(text(onlyRecord("dlq.errors"), "x-error-stack")).hasSize(16 * 1024);
    }

    @Test
    void shouldLeaveALetterThatPointsToPostgresqlWhenTheRecordIsTooLargeForKafka() {
        RawRecord record = tooLarge();

        Routed routed = ask(Failures.of(record, eventId, Failures.permanentError()));

        assertThat(routed).isInstanceOf(Routed.Dead.class);
        ConsumerRecord<byte[], byte[]> letter = onlyRecord("dlq.errors");
        assertThat(letter.value()).isNull();
        assertThat(letter.key()).isEqualTo(Failures.KEY);
        assertThat(text(letter, "ce_type")).isEqualTo("paid");
        assertThat(letter.headers().lastHeader("long")).isNull();
        assertThat(text(letter, "x-body-bytes")).isEqualTo(Integer.toString(record.size()));
        RawRecord whole = ((LargeLetters.Whole) ended(new LargeLetters(pool).find(raw(letter)))).record();
        assertThat(whole.value()).isEqualTo(record.value());
        assertThat(whole.header("long")).hasSize(2_000);
        String id = letter.topic() + "-" + letter.partition() + "-" + letter.offset();
        await().atMost(Duration.ofSeconds(40)).until(() -> ended(bus.ask(Addresses.SHOW_LETTER, new DeadLetters.ShowLetter(id))).letter() != null);
        DeadLetters.Shown shown = ended(bus.ask(Addresses.SHOW_LETTER, new DeadLetters.ShowLetter(id)));
        assertThat(shown.record().value()).isEqualTo(record.value());
        assertThat(shown.letter().bytes()).isEqualTo(record.size());
    }

    @Test
    void shouldRetryARecordThatIsTooLargeForKafkaByAPointerAndKeepItToTheEnd() {
        RawRecord record = tooLarge();
        ask(Failures.of(record, eventId, Failures.transientError()));
        RawRecord retried = raw(onlyRecord("events.retry"));
        assertThat(retried.value()).isNull();
        assertThat(new EventDecoder().decode(retried, "topic")).isEqualTo(new Decoded.Elsewhere(eventId));

        Routed routed = ask(Failures.of(retried, eventId, Failures.permanentError()));

        assertThat(routed).isInstanceOf(Routed.Dead.class);
        RawRecord letter = raw(onlyRecord("dlq.errors"));
        assertThat(letter.header("x-body")).isEqualTo(retried.header("x-body"));
        assertThat(((LargeLetters.Whole) ended(new LargeLetters(pool).find(letter))).record().value()).isEqualTo(record.value());
    }

    @Test
    void shouldNotBelieveAPointerFromOutside() {
        RawRecord forged = Failures.record("events", Header.of("x-body", "somebody else's"), Header.of("x-event-identity", "e"));

        assertThat(new EventDecoder().decode(forged, "topic")).isNotInstanceOf(Decoded.Elsewhere.class);
        ask(Failures.of(forged, eventId, Failures.permanentError()));
        assertThat(onlyRecord("dlq.errors").headers().lastHeader("x-body")).isNull();
    }

    private static RawRecord tooLarge() {
        byte[] value = new byte[3 << 20];
        Arrays.fill(value, (byte) 'x');
        return new RawRecord("events", 0, 1, 1_700_000_000_123L, Failures.KEY, value,
                List.of(Header.of("ce_type", "paid"), Header.of("long", "h".repeat(2_000))));
    }
}
