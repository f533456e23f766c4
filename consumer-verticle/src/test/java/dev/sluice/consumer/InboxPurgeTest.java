package dev.sluice.consumer;

import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@ExtendWith(RigExtension.class)
class InboxPurgeTest {

    private final Vertx vertx = Vertx.vertx();
    private Backends.Postgres postgres;
    private InboxPurge purge;

    @BeforeEach
    void start(Backends.Postgres shared) {
        postgres = shared;
        Pool pool = postgres.settings().pool(vertx);
        purge = new InboxPurge(vertx, pool, "purged", Duration.ofDays(2), Duration.ofMillis(50));
        postgres.execute("INSERT INTO processed_events (consumer_group, event_id, outcome, processed_at) VALUES "
                + "('purged', 'old', 'applied', now() - interval '4 days'), ('purged', 'new', 'applied', now())");
    }

    @AfterEach
    void stop() throws Exception {
        purge.stop();
        vertx.close().await(10, TimeUnit.SECONDS);
        postgres.execute("DELETE FROM processed_events WHERE consumer_group = 'purged'");
    }

    @Test
    void shouldTryAgainSoonWhenItFailed() throws Exception {
        postgres.execute("ALTER TABLE processed_events RENAME TO processed_events_away");
        try {
            purge.start();
            Thread.sleep(300); // the first tries fail, which nothing shows but the log
        } finally {
            postgres.execute("ALTER TABLE processed_events_away RENAME TO processed_events");
        }

        await().untilAsserted(() -> assertThat(known("old")).isFalse());
        assertThat(known("new")).isTrue();
    }

    private boolean known(String eventId) {
        return !postgres.column("SELECT 1 FROM processed_events WHERE consumer_group = 'purged' AND event_id = '" + eventId + "'")
                .isEmpty();
    }
}
