package dev.sluice.config;

import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.NetClientOptions;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Where PostgreSQL is, and how it is used.
 *
 * @param poolSize           connections of this node, shared by all of its verticles
 * @param connectTimeout     longest wait for a connection
 * @param idleTimeout        a connection unused for so long is closed
 * @param idleInTransaction  how long a transaction may wait between two statements before PostgreSQL ends its session:
 *                           a frozen owner otherwise blocks its successor for ever
 * @param lockTimeout        longest wait for a row that another transaction holds
 * @param transactionTimeout no transaction is longer
 */
public record PostgresSettings(String host, int port, String database, String user, String password, int poolSize,
                               Duration connectTimeout, Duration idleTimeout, Duration idleInTransaction,
                               Duration lockTimeout, Duration transactionTimeout) {

    public PostgresSettings {
        InvalidSetting.requireText("postgres.host", host, "a host name or address");
        InvalidSetting.unless(port > 0 && port < 65536, "postgres.port", port, "1 to 65535");
        InvalidSetting.requireText("postgres.database", database, "the name of a database");
        InvalidSetting.requireText("postgres.user", user, "the name of a user");
        InvalidSetting.unless(poolSize >= 1 && poolSize <= 1000, "postgres.pool-size", poolSize, "1 to 1000");
        password = password == null ? "" : password;
        positive("connect-timeout", connectTimeout);
        positive("idle-timeout", idleTimeout);
        positive("idle-in-transaction", idleInTransaction);
        positive("lock-timeout", lockTimeout);
        positive("transaction-timeout", transactionTimeout);
    }

    /** The contract's numbers. */
    public static PostgresSettings of(String host, int port, String database, String user, String password) {
        return new PostgresSettings(host, port, database, user, password,
                Runtime.getRuntime().availableProcessors() * 2 + 1, Duration.ofSeconds(2), Duration.ofSeconds(30),
                Duration.ofMillis(1500), Duration.ofSeconds(2), Duration.ofSeconds(35));
    }

    private static void positive(String key, Duration value) {
        InvalidSetting.unless(value != null && value.toMillis() > 0, "postgres." + key, value, "a duration above 0ms");
    }

    public String jdbcUrl() {
        return "jdbc:postgresql://" + host + ":" + port + "/" + database;
    }

    /**
     * The node's one pool: whoever asks for it within one Vert.x gets the same connections. It is made outside of the
     * caller's context, because the verticle that happened to ask first would take the pool's sockets with it when it is
     * undeployed.
     */
    public Pool pool(Vertx vertx) {
        PgConnectOptions connect = connectOptions(Map.of(
                "idle_in_transaction_session_timeout", idleInTransaction.toMillis() + "ms",
                "lock_timeout", lockTimeout.toMillis() + "ms",
                "transaction_timeout", transactionTimeout.toMillis() + "ms")).setCachePreparedStatements(true);
        NetClientOptions net = new NetClientOptions().setTcpKeepAlive(true)
                .setConnectTimeout((int) connectTimeout.toMillis());
        PoolOptions pool = new PoolOptions().setShared(true).setName("sluice").setMaxSize(poolSize)
                .setConnectionTimeout((int) connectTimeout.toMillis()).setConnectionTimeoutUnit(TimeUnit.MILLISECONDS)
                .setIdleTimeout((int) idleTimeout.toMillis()).setIdleTimeoutUnit(TimeUnit.MILLISECONDS);
        AtomicReference<Pool> built = new AtomicReference<>();
        ((VertxInternal) vertx).createEventLoopContext().dispatch(() ->
                built.set(PgBuilder.pool().with(pool).with(net).connectingTo(connect).using(vertx).build()));
        return built.get();
    }

    /** For a session of one's own. @param session settings of it, by PostgreSQL's names */
    public PgConnectOptions connectOptions(Map<String, String> session) {
        Map<String, String> properties = new HashMap<>(PgConnectOptions.DEFAULT_PROPERTIES);
        properties.put("application_name", "sluice");
        properties.putAll(session);
        return new PgConnectOptions().setHost(host).setPort(port).setDatabase(database).setUser(user)
                .setPassword(password).setProperties(properties);
    }

    @Override
    public String toString() {
        return "PostgresSettings[" + user + "@" + host + ":" + port + "/" + database + ", poolSize=" + poolSize + "]";
    }
}
