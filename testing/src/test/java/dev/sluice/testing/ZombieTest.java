package dev.sluice.testing;

import dev.sluice.devstack.Stack;
import dev.sluice.devstack.junit.StackExtension;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** An owner is frozen inside a transaction, replaced, and wakes up: it writes nothing twice, and holds nobody up. */
@Tag("long")
@Timeout(240)
@ExtendWith(StackExtension.class)
class ZombieTest {

    private static final int ENTITIES = 50;
    private static final int ALL_PARTITIONS = 24;
    /** Of the trigger, which the successor waits for as well. */
    private static final Duration DAWDLES = Duration.ofSeconds(1);
    /** Longest that a frozen transaction may hold its rows. */
    private static final Duration BLOCKED = Duration.ofSeconds(2);
    /** For a machine that is busy with other things. */
    private static final Duration SLACK = Duration.ofSeconds(2);

    @TempDir
    private Path folder;

    @Test
    void shouldNeitherWriteTwiceNorBlockItsSuccessor(Stack stack) throws Exception {
        Tables tables = new Tables(stack.postgres());
        SluiceProcess owner = new SluiceProcess(folder.resolve("owner"), stack, "node.name=owner");
        SluiceProcess successor = new SluiceProcess(folder.resolve("successor"), stack, "node.name=successor");
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", stack.kafka().bootstrapServers()));
             KafkaProducer<String, String> producer = new KafkaProducer<>(Map.of("bootstrap.servers",
                     stack.kafka().bootstrapServers()), new StringSerializer(), new StringSerializer())) {
            Groups audit = new Groups(admin, "audit");
            owner.start("--run", "consumer,dlq-router,lag-monitor");
            dawdleAtTheLastEntity(tables);
            publish(producer, 1, 1);
            await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(20)).until(() -> sleepers(tables) == 1);
            owner.freeze();
            await("SIGSTOP has arrived").atMost(Duration.ofSeconds(10)).pollInterval(Duration.ofMillis(10)).until(owner::isFrozen);
            long frozen = System.nanoTime();
            assertThat(tables.count("audit_log WHERE entity_id = '" + ENTITIES + "'")).as("uncommitted").isZero();
            assertThat(openTransactions(tables)).isPositive();
            await().atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(50)).until(() -> openTransactions(tables) == 0);
            long held = (System.nanoTime() - frozen) / 1_000_000;
            System.out.println("until PostgreSQL had ended the frozen owner's transaction, ms: " + held);
            assertThat(held).as("locks of the frozen owner").isLessThan(DAWDLES.plus(BLOCKED).plus(SLACK).toMillis());

            successor.start("--run", "consumer,dlq-router,lag-monitor");
            await().atMost(Duration.ofSeconds(40)).pollInterval(Duration.ofMillis(50))
                    .until(() -> audit.partitionsOf("successor-").size() == ALL_PARTITIONS);
            long owned = System.nanoTime();
            await().atMost(Duration.ofSeconds(40)).pollInterval(Duration.ofMillis(50))
                    .until(() -> tables.count("audit_log") == ENTITIES);
            System.out.println("from the successor's ownership to the last effect (records run one by one after a death), ms: "
                    + (System.nanoTime() - owned) / 1_000_000);

            publish(producer, 2, 3);
            owner.resume();
            publish(producer, 4, 20);
            await().atMost(Duration.ofSeconds(60)).until(() -> tables.count("audit_log") >= 20 * ENTITIES);
            await("the zombie has become a member again").atMost(Duration.ofSeconds(30))
                    .until(() -> !audit.partitionsOf("owner-").isEmpty());
            publish(producer, 21, 30);
            successor.awaitNoLag(Duration.ofSeconds(60));
        } finally {
            owner.end();
            successor.end();
        }
        assertThat(tables.count("audit_log")).isEqualTo(30 * ENTITIES);
        assertThat(tables.auditOutOfOrder()).isZero();
        assertThat(tables.count("entity_states WHERE sequence = 30")).isEqualTo(ENTITIES);
    }

    private static void dawdleAtTheLastEntity(Tables tables) throws Exception {
        tables.execute("""
                CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(1); RETURN NULL; END';
                CREATE TRIGGER dawdle AFTER INSERT ON audit_log FOR EACH ROW
                WHEN (NEW.entity_id = '50' AND NEW.sequence = 1) EXECUTE FUNCTION dawdle()""");
    }

    private static long sleepers(Tables tables) throws Exception {
        return tables.count("pg_stat_activity WHERE wait_event = 'PgSleep'");
    }

    private static long openTransactions(Tables tables) throws Exception {
        return tables.count("pg_stat_activity WHERE application_name LIKE 'sluice%' AND xact_start IS NOT NULL");
    }

    private static void publish(KafkaProducer<String, String> producer, int from, int to) {
        for (int sequence = from; sequence <= to; sequence++) {
            for (int entity = 1; entity <= ENTITIES; entity++) {
                producer.send(new ProducerRecord<>("events", "case:" + entity, """
                        {"eventId": "e%1$d-%2$d", "entityType": "case", "entityId": "%1$d", "sequence": %2$d, "type": "step", "data": {}}"""
                        .formatted(entity, sequence)));
            }
        }
        producer.flush();
    }
}
