package dev.sluice.devstack;

import java.util.LinkedHashMap;
import java.util.Map;

/** A real Kafka, PostgreSQL and Redis of one's own. Whole once {@link #start} has returned. */
public interface Stack {

    Server kafka();

    Server postgres();

    Server redis();

    /** Starts what does not run, side by side, and returns when all of it answers. */
    void start();

    /** Stops all of it in order; the data stay. */
    void stop();

    default String bootstrapServers() {
        return kafka().address();
    }

    default String redisUri() {
        return "redis://" + redis().address();
    }

    /** Where a node finds it: Sluice's settings as environment variables. */
    default Map<String, String> environment() {
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put("SLUICE_KAFKA_BOOTSTRAP_SERVERS", bootstrapServers());
        variables.put("SLUICE_POSTGRES_HOST", postgres().host());
        variables.put("SLUICE_POSTGRES_PORT", Integer.toString(postgres().port()));
        variables.put("SLUICE_POSTGRES_DATABASE", PostgresServer.NAME);
        variables.put("SLUICE_POSTGRES_USER", PostgresServer.NAME);
        variables.put("SLUICE_POSTGRES_PASSWORD", PostgresServer.NAME);
        variables.put("SLUICE_REDIS_URI", redisUri());
        return variables;
    }
}
