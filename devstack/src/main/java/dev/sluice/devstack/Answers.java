package dev.sluice.devstack;

import org.apache.kafka.clients.admin.Admin;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Does a part answer? Short questions; each is answered within a few seconds. */
public final class Answers {

    private static final int PATIENCE_MILLIS = 2_000;
    private static final long PAUSE_NANOS = Duration.ofMillis(50).toNanos();

    private Answers() {
    }

    /** @throws StackFailure when it doesn't answer before the deadline */
    public static void await(PartName part, BooleanSupplier answers, Duration deadline) {
        long end = System.nanoTime() + deadline.toNanos();
        while (!answers.getAsBoolean()) {
            if (System.nanoTime() > end || Thread.currentThread().isInterrupted()) {
                throw new StackFailure(part.title() + " doesn't answer after " + deadline.toSeconds() + " s");
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /** Once it has registered with its controller; a port that accepts is not enough. */
    public static boolean kafka(Kafka kafka) {
        String address = kafka.bootstrapServers();
        if (!accepts(Integer.parseInt(address.substring(address.lastIndexOf(':') + 1)))) {
            return false;
        }
        Admin admin = Admin.create(Map.of("bootstrap.servers", address));
        try {
            return !admin.describeCluster().nodes().get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS).isEmpty();
        } catch (ExecutionException | TimeoutException notYet) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StackFailure("interrupted while Kafka started", e);
        } finally {
            // Without a limit it would wait for the unanswered question.
            admin.close(Duration.ZERO);
        }
    }

    /** Of the server; the database may not be there yet. */
    public static boolean postgres(Postgres postgres) {
        Properties properties = new Properties();
        properties.putAll(Map.of("user", "postgres", "password", postgres.password(), "connectTimeout", "2", "socketTimeout", "5"));
        try (Connection connection = DriverManager.getConnection(
                "jdbc:postgresql://" + postgres.host() + ":" + postgres.port() + "/postgres", properties)) {
            return connection.isValid(2);
        } catch (SQLException notYet) {
            return false;
        }
    }

    /** Redis says PONG only when it has loaded its data. */
    public static boolean redis(Redis redis) {
        try (Socket socket = connected(Integer.parseInt(redis.uri().substring(redis.uri().lastIndexOf(':') + 1)))) {
            socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readNBytes(5), StandardCharsets.US_ASCII).equals("+PONG");
        } catch (IOException notYet) {
            return false;
        }
    }

    /** One command in Redis's inline form. @return the answer, a list's items a line each; empty when there is none, or an error */
    public static Optional<String> redis(int port, String command) {
        try (Socket socket = connected(port)) {
            socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
            StringBuilder text = new StringBuilder();
            return readAnswer(socket.getInputStream(), text) ? Optional.of(text.toString()) : Optional.empty();
        } catch (IOException notYet) {
            return Optional.empty();
        }
    }

    private static boolean readAnswer(InputStream in, StringBuilder text) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException();
            }
            line.append((char) next);
        }
        String head = line.toString().strip();
        int size = "$*".indexOf(head.charAt(0)) < 0 ? 0 : Integer.parseInt(head.substring(1));
        if (size < 0) {
            return true;
        }
        switch (head.charAt(0)) {
            case '$' -> text.append(new String(in.readNBytes(size + 2), StandardCharsets.UTF_8).replace("\r\n", "\n"));
            case '*' -> {
                for (int item = 0; item < size; item++) {
                    readAnswer(in, text);
                }
            }
            default -> text.append(head.substring(1)).append('\n');
        }
        return head.charAt(0) != '-';
    }

    private static boolean accepts(int port) {
        try (Socket socket = connected(port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    private static Socket connected(int port) throws IOException {
        Socket socket = new Socket();
        try {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }
}
