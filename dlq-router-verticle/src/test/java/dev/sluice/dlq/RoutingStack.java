package dev.sluice.dlq;

import dev.sluice.bus.Bus;
import dev.sluice.config.KafkaSettings;
import dev.sluice.config.PostgresSettings;
import dev.sluice.devstack.Kafka;
import dev.sluice.devstack.Postgres;
import dev.sluice.devstack.junit.StackExtension;
import dev.sluice.store.Schema;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A real Kafka with the topics of failures, a real PostgreSQL with the tables, and a bus to what is deployed on them. */
@Timeout(120)
@ExtendWith(StackExtension.class)
abstract class RoutingStack {

    static Kafka kafka;
    static PostgresSettings postgres;
    Vertx vertx;
    Bus bus;
    Pool pool;
    String deployment;

    @BeforeAll
    static void createTables(Kafka broker, Postgres database) throws Exception {
        kafka = broker;
        postgres = PostgresSettings.of(database.host(), database.port(), database.database(), database.user(), database.password());
        Schema.migrate(postgres);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            // Their records are years old: Kafka would delete them whenever it looks for what is past its time.
            Map<String, String> kept = Map.of("max.message.bytes", "1572864", "retention.ms", "-1");
            admin.createTopics(List.of(new NewTopic("events.retry", 24, (short) 1).configs(kept),
                    new NewTopic("dlq.errors", 3, (short) 1).configs(kept),
                    new NewTopic("dlq.poison", 3, (short) 1).configs(kept))).all().get(60, TimeUnit.SECONDS);
        }
    }

    @BeforeEach
    void open() {
        vertx = Vertx.vertx();
        bus = Bus.install(vertx);
        pool = postgres.pool(vertx);
        deploy();
    }

    /** Sets {@link #deployment}. */
    abstract void deploy();

    static KafkaSettings kafkaSettings() {
        return new KafkaSettings(kafka.bootstrapServers(), Map.of());
    }

    @AfterEach
    void close() throws Exception {
        kafka.resume();
        ended(vertx.close());
    }

    /** Longer than any answer may take. */
    static <T> T ended(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(40, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
