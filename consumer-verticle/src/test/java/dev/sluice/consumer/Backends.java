package dev.sluice.consumer;

import dev.sluice.config.PostgresSettings;
import dev.sluice.store.Schema;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import redis.embedded.RedisServer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import static org.awaitility.Awaitility.await;

/** The real parts that the tests of this module run on: one Kafka and one Redis for all, a PostgreSQL for who wants one. */
public final class Backends {

    private static String kafka;
    private static RedisServer redis;

    private Backends() {
    }

    /** @return bootstrap servers of the one broker; it ends with the tests */
    public static synchronized String kafka() {
        for (int attempt = 1; kafka == null; attempt++) {
            if (attempt > 3) {
                throw new IllegalStateException("Kafka did not start; see output.txt in target/kafka*");
            }
            kafka = startKafka();
        }
        return kafka;
    }

    public static synchronized String redis() {
        try {
            if (redis == null) {
                redis = RedisServer.newRedisServer().port(freePort()).bind("127.0.0.1").setting("save \"\"").build();
                redis.start();
                Runtime.getRuntime().addShutdownHook(new Thread(Backends::stopRedis));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return "redis://127.0.0.1:" + redis.ports().get(0);
    }

    private static void stopRedis() {
        try {
            redis.stop();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A durable PostgreSQL with Sluice's tables. */
    public static final class Postgres implements AutoCloseable {

        private final Path data;
        private final int port;
        private EmbeddedPostgres server;

        public Postgres() {
            try {
                data = Files.createTempDirectory(Path.of("target"), "postgres").toAbsolutePath();
                port = freePort();
                start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            Schema.migrate(settings());
        }

        public PostgresSettings settings() {
            return PostgresSettings.of("127.0.0.1", port, "postgres", "postgres", "postgres");
        }

        /** Every process of the server stands still, with its sockets open. */
        void freeze() {
            signal("STOP");
        }

        void thaw() {
            signal("CONT");
        }

        void kill() {
            signal("KILL");
            await().atMost(Duration.ofSeconds(10)).until(() -> !accepts(port));
            try {
                server.close();
            } catch (IOException | RuntimeException dead) {
                // what it would have stopped is dead
            }
        }

        void start() {
            try {
                server = EmbeddedPostgres.builder().setDataDirectory(data).setCleanDataDirectory(false).setPort(port)
                        .setServerConfig("fsync", "on").setServerConfig("synchronous_commit", "on").start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private void signal(String name) {
            List<String> command = new ArrayList<>(List.of("kill", "-" + name));
            ProcessHandle.allProcesses().filter(this::isOurs).map(process -> Long.toString(process.pid()))
                    .forEach(command::add);
            try {
                new ProcessBuilder(command).inheritIO().start().waitFor(10, TimeUnit.SECONDS);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        /** The postmaster, which names its data directory, and its children, which don't. */
        private boolean isOurs(ProcessHandle process) {
            return named(process) || process.parent().map(this::named).orElse(false);
        }

        private boolean named(ProcessHandle process) {
            return process.info().command().orElse("").endsWith("postgres")
                    && List.of(process.info().arguments().orElse(new String[0])).contains(data.toString());
        }

        public List<String> column(String sql) {
            try (Connection connection = server.getPostgresDatabase().getConnection();
                 Statement statement = connection.createStatement();
                 ResultSet rows = statement.executeQuery(sql)) {
                List<String> column = new ArrayList<>();
                while (rows.next()) {
                    column.add(rows.getString(1));
                }
                return column;
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }

        public long number(String sql) {
            return Long.parseLong(column(sql).get(0));
        }

        public void execute(String sql) {
            try (Connection connection = server.getPostgresDatabase().getConnection();
                 Statement statement = connection.createStatement()) {
                statement.execute(sql);
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }

    private static String startKafka() {
        try {
            Path folder = Files.createTempDirectory(Path.of("target"), "kafka").toAbsolutePath();
            int port = freePort();
            int controller = freePort();
            Path properties = folder.resolve("server.properties");
            Files.write(properties, List.of("process.roles=broker,controller", "node.id=1",
                    "controller.quorum.voters=1@127.0.0.1:" + controller, "controller.listener.names=CONTROLLER",
                    "listeners=PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controller,
                    "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
                    "log.dirs=" + folder.resolve("data"), "auto.create.topics.enable=false",
                    "offsets.topic.num.partitions=1", "offsets.topic.replication.factor=1",
                    "transaction.state.log.num.partitions=1", "transaction.state.log.replication.factor=1",
                    "transaction.state.log.min.isr=1", "group.initial.rebalance.delay.ms=0",
                    "group.consumer.min.heartbeat.interval.ms=200", "group.consumer.heartbeat.interval.ms=200"));
            java(folder, "kafka.tools.StorageTool", "format", "-t", "MkU3OEVBNTcwNTJENDM2Qg", "-c",
                    properties.toString()).waitFor(60, TimeUnit.SECONDS);
            Process broker = java(folder, "kafka.Kafka", properties.toString());
            Runtime.getRuntime().addShutdownHook(new Thread(broker::destroyForcibly));
            await().atMost(Duration.ofSeconds(60)).until(() -> !broker.isAlive() || accepts(port));
            return broker.isAlive() ? "127.0.0.1:" + port : null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static Process java(Path folder, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m", "-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("output.txt").toFile())).start();
    }

    private static boolean accepts(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 1_000);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Below the ports that the kernel hands to outgoing connections. */
    private static int freePort() {
        while (true) {
            int candidate = ThreadLocalRandom.current().nextInt(20_000, 32_000);
            try (ServerSocket socket = new ServerSocket(candidate, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException taken) {
                continue;
            }
        }
    }
}
