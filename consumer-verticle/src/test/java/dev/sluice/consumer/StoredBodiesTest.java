package dev.sluice.consumer;

import dev.sluice.event.RawRecord;
import dev.sluice.event.Topics;
import dev.sluice.store.LargeLetters;
import io.vertx.sqlclient.Pool;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Events whose records were too large for the retry topic. */
@Timeout(120)
@ExtendWith(RigExtension.class)
class StoredBodiesTest {

    private static final String DATA = "{\"status\": \"paid\", \"amount\": \"9.50\"}";

    private Backends.Postgres postgres;
    private Rig rig;
    private String body;

    @BeforeEach
    void takeRig(Rig rig, Backends.Postgres postgres) throws Exception {
        this.rig = rig;
        this.postgres = postgres;
        Pool pool = postgres.settings().pool(rig.vertx);
        body = new LargeLetters(pool).save(rig.group, "large", new RawRecord(rig.topic, 0, 7, System.currentTimeMillis(),
                bytes("payment:" + rig.topic), bytes(DATA), List.of(header("ce_id", "large"), header("ce_source", "/test"),
                header("ce_type", "paid"), header("ce_subject", "payment:" + rig.topic), header("ce_sequence", "1"),
                header("content-type", "application/json")))).await(10, TimeUnit.SECONDS);
    }

    /** As when the process dies after the effect, before the offset of what points to the body is committed. */
    @ParameterizedTest
    @ValueSource(strings = {"payment-state", "audit"})
    void shouldKnowThatAnEventHasHadItsEffectWhenItComesAgainWithoutItsBody(String handler) throws Exception {
        rig.publish(pointer());
        rig.start(0, Scripted.APPEND, settings -> {
            settings.handler = handler;
            return settings;
        });
        await().atMost(Duration.ofSeconds(30)).until(() -> postgres.number("SELECT count(*) FROM large_letters WHERE id = '"
                + body + "' AND value IS NULL AND applied_at IS NOT NULL") == 1);

        rig.publish(pointer());

        await().atMost(Duration.ofSeconds(30)).until(() -> rig.meters.find("events_processed_total")
                .tag("outcome", "duplicate").counter() != null || !rig.routed.isEmpty());
        assertThat(rig.routed).isEmpty();
        assertThat(postgres.number("SELECT count(*) FROM " + (handler.equals("audit") ? "audit_log WHERE entity_id = '"
                : "payment_states WHERE entity_id = '") + rig.topic + "'")).isEqualTo(1);
    }

    @Test
    void shouldSayThatABodyIsGoneThatWasNeverApplied() throws Exception {
        postgres.execute("DELETE FROM large_letters");
        rig.publish(pointer());

        rig.start(0, Scripted.APPEND);

        await().atMost(Duration.ofSeconds(30)).until(() -> rig.routed.size() == 1);
        assertThat(rig.routed.peek().error().types()).contains("dev.sluice.failure.UnreadableBody");
    }

    private ProducerRecord<byte[], byte[]> pointer() {
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(Topics.retryOf(rig.topic), bytes("payment:" + rig.topic), null);
        Map.of("x-original-group", rig.group, "x-event-identity", "large", "x-retry-count", "1", "x-retry-after",
                Instant.now().toString(), "x-body", body).forEach((name, value) -> record.headers().add(name, bytes(value)));
        return record;
    }

    private static RawRecord.Header header(String name, String value) {
        return RawRecord.Header.of(name, value);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
