package dev.sluice.engine.operations;

import dev.sluice.bus.ComponentHealth;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;

/** Asks PostgreSQL and Kafka every 2 s whether they are there. A failed ping is silence: red after 10 s, not at once. */
public final class Pings {

    public static final String POSTGRES = "postgres";
    public static final String KAFKA = "kafka";
    private static final long PERIOD_MILLIS = 2_000;
    private static final int KAFKA_MILLIS = 5_000;

    private final String node;
    private final HealthBoard health;
    private final Pool pool;
    private final Admin admin;

    public Pings(String node, HealthBoard health, Pool pool, Admin admin) {
        this.node = node;
        this.health = health;
        this.pool = pool;
        this.admin = admin;
        health.expect(POSTGRES, 1);
        health.expect(KAFKA, 1);
    }

    public void start(Vertx vertx) {
        ping();
        vertx.setPeriodic(PERIOD_MILLIS, timer -> ping());
    }

    private void ping() {
        pool.query("SELECT 1").execute().onSuccess(rows -> alive(POSTGRES));
        admin.describeCluster(new DescribeClusterOptions().timeoutMs(KAFKA_MILLIS)).clusterId()
                .whenComplete((id, error) -> {
                    if (error == null) {
                        alive(KAFKA);
                    }
                });
    }

    private void alive(String component) {
        health.heard(new ComponentHealth(node, component, component, true, ""), System.nanoTime());
    }
}
