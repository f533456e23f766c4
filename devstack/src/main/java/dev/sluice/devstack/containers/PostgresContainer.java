package dev.sluice.devstack.containers;

import dev.sluice.devstack.Answers;
import dev.sluice.devstack.PartName;
import dev.sluice.devstack.Postgres;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.builder.Transferable;

import java.util.Map;

/** The image's own superuser is {@code postgres}; a script of its first start makes database and owner. */
final class PostgresContainer extends ContainerPart implements Postgres {

    private static final String OWNER = "sluice";
    private static final String PASSWORD = "sluice";

    PostgresContainer(int port) {
        super(PartName.POSTGRES, "postgres:18", 5432, port,
                Wait.forLogMessage(".*database system is ready to accept connections.*", 2));
        container.withEnv(Map.of("POSTGRES_PASSWORD", PASSWORD)).withCommand("postgres", "-c", "max_connections=200",
                        "-c", "timezone=UTC")
                .withCopyToContainer(Transferable.of("CREATE ROLE " + OWNER + " LOGIN PASSWORD '" + PASSWORD + "';\n"
                        + "CREATE DATABASE " + OWNER + " OWNER " + OWNER + ";\n"), "/docker-entrypoint-initdb.d/owner.sql");
    }

    @Override
    public String host() {
        return "127.0.0.1";
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public String database() {
        return OWNER;
    }

    @Override
    public String user() {
        return OWNER;
    }

    @Override
    public String password() {
        return PASSWORD;
    }

    @Override
    boolean answers() {
        return Answers.postgres(this);
    }
}
