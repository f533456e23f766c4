package dev.sluice.devstack;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * PostgreSQL with fsync and synchronous commit on. User, password and database are all {@value #NAME}; it trusts whoever
 * reaches this machine's loopback address.
 */
final class PostgresServer implements Server {

    static final String NAME = "sluice";
    private static final long STOP_SECONDS = 10;

    private final Path folder;
    private final int port;
    private final Children children;
    private EmbeddedPostgres postgres;
    private ProcessHandle process;

    PostgresServer(Path folder, int port, Children children) {
        this.folder = folder;
        this.port = port;
        this.children = children;
    }

    @Override
    public void start() {
        if (isRunning()) {
            return;
        }
        release();
        File log = folder.resolve("logs").resolve("postgres.log").toFile();
        try {
            Files.createDirectories(log.toPath().getParent());
            Files.createDirectories(folder.resolve("postgres"));
            postgres = EmbeddedPostgres.builder().setDataDirectory(folder.resolve("postgres").resolve("data"))
                    .setOverrideWorkingDirectory(binaries()).setCleanDataDirectory(false).setPort(port)
                    .setServerConfig("fsync", "on").setServerConfig("synchronous_commit", "on")
                    .setServerConfig("max_connections", "200").setServerConfig("shared_buffers", "256MB")
                    .setServerConfig("max_wal_size", "2GB").setServerConfig("listen_addresses", Ports.HOST)
                    .setRegisterShutdownHook(false)
                    .setOutputRedirector(ProcessBuilder.Redirect.appendTo(log))
                    .setErrorRedirector(ProcessBuilder.Redirect.appendTo(log)).start();
            process = postmaster();
            children.onStarted(name(), process);
            createDatabase();
        } catch (IOException | SQLException e) {
            kill();
            throw new StackFailure("postgres can't be started: " + e.getMessage() + "; see " + log, e);
        }
    }

    /** It is a daemon, not our child, and writes down its number. */
    private ProcessHandle postmaster() throws IOException {
        Path file = folder.resolve("postgres").resolve("data").resolve("postmaster.pid");
        long pid = Long.parseLong(Files.readAllLines(file).get(0).trim());
        return ProcessHandle.of(pid).orElseThrow(() -> new IOException("it has ended at once"));
    }

    /** Unpacked once and for all stacks of this user. */
    private static File binaries() {
        return new File(System.getProperty("java.io.tmpdir"), "sluice-postgres-" + System.getProperty("user.name"));
    }

    private void createDatabase() throws SQLException {
        try (Connection connection = postgres.getPostgresDatabase().getConnection(); Statement statement = connection.createStatement()) {
            if (!exists(statement, "SELECT FROM pg_roles WHERE rolname = '" + NAME + "'")) {
                statement.execute("CREATE ROLE " + NAME + " LOGIN PASSWORD '" + NAME + "'");
            }
            if (!exists(statement, "SELECT FROM pg_database WHERE datname = '" + NAME + "'")) {
                statement.execute("CREATE DATABASE " + NAME + " OWNER " + NAME);
            }
        }
    }

    private static boolean exists(Statement statement, String query) throws SQLException {
        try (ResultSet rows = statement.executeQuery(query)) {
            return rows.next();
        }
    }

    @Override
    public void stop() {
        release();
        if (isRunning() && !Processes.awaitEnd(process, STOP_SECONDS)) {
            kill();
        }
    }

    @Override
    public void kill() {
        if (process != null) {
            Processes.kill(process);
        }
        release();
    }

    /** Stops it if it runs, and lets go of its folder's lock, which outlives a server that was killed. */
    private void release() {
        try {
            if (postgres != null) {
                postgres.close();
                postgres = null;
            }
        } catch (IOException e) {
            throw new StackFailure("postgres can't be stopped: " + e.getMessage(), e);
        }
    }

    @Override
    public void freeze() {
        Processes.signal(Processes.family(process), "STOP");
    }

    @Override
    public void resume() {
        Processes.signal(Processes.family(process), "CONT");
    }

    @Override
    public boolean isRunning() {
        return process != null && process.isAlive();
    }

    @Override
    public String name() {
        return "postgres";
    }

    @Override
    public String host() {
        return Ports.HOST;
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public String toString() {
        return name() + " at " + address();
    }
}
