package dev.sluice.devstack.process;

import dev.sluice.devstack.Answers;
import dev.sluice.devstack.PartName;
import dev.sluice.devstack.Postgres;
import dev.sluice.devstack.StackFailure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** PostgreSQL from the bundled programs. Its password is made once and kept beside its data, for its owner only. */
final class PostgresProcess extends ProcessPart implements Postgres {

    private static final String OWNER = "sluice";
    private static final Duration INIT = Duration.ofSeconds(120);
    /** Recovery after an unclean end is a part of it. */
    private static final Duration START = Duration.ofSeconds(120);
    private static final Map<String, String> ENVIRONMENT = Map.of("LC_ALL", "C", "TZ", "UTC");

    private final String password;

    PostgresProcess(Folders folders, int port) {
        super(PartName.POSTGRES, folders, port);
        this.password = keptPassword(folders.of(PartName.POSTGRES).resolve("password"));
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
        return password;
    }

    @Override
    void launch() {
        Path folder = folders.of(PartName.POSTGRES);
        Path home = PostgresPrograms.in(folders.programs());
        Unprivileged user = Unprivileged.here();
        user.own(folder);
        user.requireReach(folder);
        user.requireReach(home);
        try {
            if (!Files.isDirectory(folder.resolve("data"))) {
                initialise(folder, home, user);
            }
        } catch (IOException e) {
            throw new StackFailure("can't write to " + folder + ": " + e.getMessage(), e);
        }
        child.start(user.command(List.of(home.resolve("bin/postgres").toString(), "-D", folder.resolve("data").toString(),
                "-c", "listen_addresses=127.0.0.1", "-c", "port=" + port, "-c", "unix_socket_directories=",
                "-c", "max_connections=200", "-c", "log_timezone=UTC", "-c", "timezone=UTC")), ENVIRONMENT);
        child.awaitAnswer(() -> Answers.postgres(this), START);
        ensureDatabase();
    }

    /** Whole or not at all: a folder named {@code data} has been made to its end. */
    private void initialise(Path folder, Path home, Unprivileged user) throws IOException {
        Path draft = folder.resolve("data.draft");
        Trees.delete(draft);
        child.run(user.command(List.of(home.resolve("bin/initdb").toString(), "-D", draft.toString(), "-U", "postgres",
                "--pwfile=" + folder.resolve("password"), "--auth=scram-sha-256", "-E", "UTF8",
                "--locale-provider=builtin", "--locale=C.UTF-8")), ENVIRONMENT, INIT);
        Files.move(draft, folder.resolve("data"), StandardCopyOption.ATOMIC_MOVE);
    }

    private void ensureDatabase() {
        try (Connection connection = connectAsSuperuser("postgres"); Statement statement = connection.createStatement()) {
            if (!exists(statement, "pg_roles WHERE rolname = '" + OWNER + "'")) {
                statement.execute("CREATE ROLE " + OWNER + " LOGIN PASSWORD '" + password + "'");
            }
            if (!exists(statement, "pg_database WHERE datname = '" + OWNER + "'")) {
                statement.execute("CREATE DATABASE " + OWNER + " OWNER " + OWNER);
            }
        } catch (SQLException e) {
            throw new StackFailure("PostgreSQL's database can't be created: " + e.getMessage(), e);
        }
    }

    private static boolean exists(Statement statement, String what) throws SQLException {
        try (ResultSet rows = statement.executeQuery("SELECT 1 FROM " + what)) {
            return rows.next();
        }
    }

    private static String keptPassword(Path file) {
        try {
            if (!Files.exists(file)) {
                byte[] random = new byte[16];
                new SecureRandom().nextBytes(random);
                Folders.writeSecretly(file, HexFormat.of().formatHex(random));
            }
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new StackFailure("can't keep PostgreSQL's password in " + file + ": " + e.getMessage(), e);
        }
    }
}
