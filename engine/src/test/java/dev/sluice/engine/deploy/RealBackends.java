package dev.sluice.engine.deploy;

import dev.sluice.devstack.Kafka;
import dev.sluice.devstack.Postgres;

import java.util.List;

/** The real parts that a node under test works on. */
public record RealBackends(Kafka kafka, Postgres postgres) {

    /** As {@code --set} has them. */
    public List<String> settings() {
        return List.of("kafka.bootstrap-servers=" + kafka.bootstrapServers(), "postgres.host=" + postgres.host(),
                "postgres.port=" + postgres.port(), "postgres.user=" + postgres.user(),
                "postgres.database=" + postgres.database(), "postgres.password=" + postgres.password());
    }
}
