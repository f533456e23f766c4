package dev.sluice.consumer;

import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Transfers between few accounts, from two instances at once, each published twice: every one is booked once. */
@Timeout(120)
@ExtendWith(RigExtension.class)
class LedgerTest {

    private static final int TRANSFERS = 1_000;
    private Backends.Postgres postgres;
    private Rig rig;

    @BeforeEach
    void takeRig(@RigExtension.Partitions(6) Rig rig, Backends.Postgres postgres) throws Exception {
        this.rig = rig;
        this.postgres = postgres;
        postgres.execute("TRUNCATE accounts, ledger");
        Rig.Settings settings = new Rig.Settings();
        settings.handler = "ledger";
        rig.start(0, settings);
        rig.start(1, settings);
    }

    @Test
    void shouldBookEachTransferOnceAndSumToZeroWheneverAnybodyLooks() throws Exception {
        Random random = new Random(7);
        for (int i = 0; i < TRANSFERS; i++) {
            int from = random.nextInt(8);
            ProducerRecord<byte[], byte[]> transfer = transfer(i, "{\"from\":\"a" + from + "\",\"to\":\"a"
                    + (from + 1 + random.nextInt(7)) % 8 + "\",\"amount\":\"" + (1 + random.nextInt(999)) / 100.0 + "\"}");
            rig.publish(transfer);
            rig.publish(transfer);
        }

        await().atMost(Duration.ofSeconds(60)).until(() -> {
            assertThat(postgres.column("SELECT coalesce(sum(balance), 0) = 0 FROM accounts")).containsExactly("t");
            return rig.committed().equals(rig.ends());
        });
        assertThat(postgres.number("SELECT count(DISTINCT tx_id) FROM ledger")).isEqualTo(TRANSFERS);
        assertThat(postgres.column("SELECT sum(amount) = 0 FROM ledger")).containsExactly("t");
        assertThat(postgres.column("SELECT DISTINCT balance = (SELECT sum(amount) FROM ledger WHERE account_id = id) "
                + "FROM accounts")).containsExactly("t");
        assertThat(rig.routed).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"from\":\"a\",\"to\":\"a\",\"amount\":1}", "{\"from\":\"a\",\"to\":\"b\",\"amount\":0}",
            "{\"from\":\"a\",\"to\":\"b\"}", "{\"to\":\"b\",\"amount\":1}", "[]"})
    void shouldRefuseWhatIsNoTransfer(String data) throws Exception {
        rig.publish(transfer(1, data));
        rig.publish(transfer(2, "{\"from\":\"a\",\"to\":\"b\",\"amount\":1}"));

        await().atMost(Duration.ofSeconds(30)).until(() -> postgres.number("SELECT count(*) FROM ledger") == 2);
        await().atMost(Duration.ofSeconds(10)).until(() -> rig.committed().equals(rig.ends()));
        assertThat(rig.routed).hasSize(1);
        assertThat(rig.routed.element().error().types().get(0)).isEqualTo("dev.sluice.api.PermanentFailure");
    }

    private ProducerRecord<byte[], byte[]> transfer(int number, String data) {
        ProducerRecord<byte[], byte[]> record = Rig.record(rig.topic, "tx:" + number, 1, Map.of());
        return new ProducerRecord<>(rig.topic, null, record.key(), data.getBytes(StandardCharsets.UTF_8), record.headers());
    }
}
