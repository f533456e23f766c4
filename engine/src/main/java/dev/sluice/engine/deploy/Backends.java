package dev.sluice.engine.deploy;

import dev.sluice.config.PostgresSettings;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** What must answer before a node starts. Blocks, on the main thread; asks again from 100 ms doubling to 2 s. */
final class Backends {

    private static final Logger LOG = LoggerFactory.getLogger(Backends.class);
    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long LONGEST_PAUSE_MILLIS = 2_000;
    private static final int ONE_TRY_MILLIS = 5_000;

    private final Duration deadline;
    private final BooleanSupplier stopping;

    /** @param stopping whether waiting has become pointless */
    Backends(Duration deadline, BooleanSupplier stopping) {
        this.deadline = deadline;
        this.stopping = stopping;
    }

    /** @return the number of brokers */
    int awaitKafka(Admin admin, String servers) {
        return await("Kafka at " + servers + " (kafka.bootstrap-servers)", () -> {
            try {
                return admin.describeCluster(new DescribeClusterOptions().timeoutMs(ONE_TRY_MILLIS)).nodes().get().size();
            } catch (ExecutionException e) {
                throw e.getCause() instanceof Exception cause ? cause : e;
            }
        });
    }

    /** @throws StartRefused also when it must be durable and may lose what it has committed */
    void awaitPostgres(PostgresSettings postgres, boolean mustBeDurable) {
        await("PostgreSQL at " + postgres.host() + ":" + postgres.port() + " (postgres.host, postgres.port)", () -> {
            try (Connection connection = connect(postgres)) {
                if (mustBeDurable) {
                    requireDurable(connection);
                }
                return connection.isValid(ONE_TRY_MILLIS / 1000);
            }
        });
    }

    private static void requireDurable(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String setting : new String[] {"fsync", "synchronous_commit"}) {
                try (ResultSet rows = statement.executeQuery("SHOW " + setting)) {
                    rows.next();
                    if (rows.getString(1).equals("off")) {
                        throw new StartRefused("PostgreSQL runs with " + setting + " = off: after a crash, events that are done "
                                + "would be missing. Turn it on, or start with --unsafe to accept that");
                    }
                }
            }
        }
    }

    private static Connection connect(PostgresSettings postgres) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", postgres.user());
        properties.setProperty("password", postgres.password());
        properties.setProperty("loginTimeout", Integer.toString(ONE_TRY_MILLIS / 1000));
        properties.setProperty("socketTimeout", Integer.toString(ONE_TRY_MILLIS / 1000));
        return DriverManager.getConnection(postgres.jdbcUrl(), properties);
    }

    private <T> T await(String name, Callable<T> question) {
        long end = System.nanoTime() + deadline.toNanos();
        long pause = FIRST_PAUSE_MILLIS;
        String told = "";
        while (true) {
            try {
                return question.call();
            } catch (StartRefused e) {
                throw e;
            } catch (Exception e) {
                if (stopping.getAsBoolean()) {
                    throw new StartRefused("stopped while waiting for " + name, e);
                }
                if (refusesUs(e) || System.nanoTime() + pause * 1_000_000 > end) {
                    throw new StartRefused(name + " does not answer: " + Await.reason(e), e);
                }
                if (!Await.reason(e).equals(told)) {
                    told = Await.reason(e);
                    LOG.info("waiting for {}: {}", name, told);
                }
            }
            LockSupport.parkNanos(pause * 1_000_000);
            pause = Math.min(pause * 2, LONGEST_PAUSE_MILLIS);
        }
    }

    /** A wrong password or database is wrong the next time, too. */
    private static boolean refusesUs(Exception e) {
        return e instanceof SQLException sql && sql.getSQLState() != null
                && (sql.getSQLState().startsWith("28") || sql.getSQLState().startsWith("3D"));
    }
}
