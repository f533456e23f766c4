package dev.sluice.gateway;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.sluice.devstack.Kafka;
import dev.sluice.devstack.Redis;
import dev.sluice.devstack.junit.StackExtension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** Requests that nobody should send: each gets a clear answer or a closed connection, and harms nobody else. */
@ExtendWith(StackExtension.class)
class HostileTest {

    private static final Duration IDLE = Duration.ofSeconds(5);

    private static final ListAppender<ILoggingEvent> LOG = new ListAppender<>();
    private static RunningGateway gateway;

    @BeforeAll
    static void start(Kafka kafka, Redis redis) throws Exception {
        gateway = RunningGateway.withTopics(kafka, redis, RunningGateway.idleAfter(IDLE));
        LOG.start();
        ((Logger) LoggerFactory.getLogger("dev.sluice")).addAppender(LOG);
    }

    @AfterAll
    static void stop() throws Exception {
        ((Logger) LoggerFactory.getLogger("dev.sluice")).detachAppender(LOG);
        gateway.close();
    }

    static Stream<HostileRequest> corpus() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("src/test/resources/hostile"))) {
            return files.sorted().map(HostileRequest::read).toList().stream();
        }
    }

    @BeforeEach
    void forgetTheLog() {
        LOG.list.clear();
    }

    @ParameterizedTest
    @MethodSource("corpus")
    void shouldAnswerClearlyAndHarmNobody(HostileRequest request) throws Exception {
        String answer = answerTo(request.bytes());

        assertThat(request.expected()).as(request.name() + " was answered: " + answer).contains(answer);
        assertThat(LOG.list).as("what the gateway itself calls a failure").filteredOn(line -> line.getLevel() == Level.ERROR).isEmpty();
        assertNobodyIsDelayed();
    }

    private static void assertNobodyIsDelayed() throws Exception {
        long start = System.nanoTime();
        assertThat(gateway.post(MediaType.JSON, "{\"type\":\"t\",\"data\":1}").statusCode()).isEqualTo(202);
        assertThat((System.nanoTime() - start) / 1_000_000).as("ms that somebody else waits").isLessThan(2_000);
    }

    /** Its status, {@code close} when there was none, or {@code nothing} when nothing came within ten seconds. */
    private static String answerTo(byte[] request) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", gateway.port)) {
            socket.setSoTimeout(10_000);
            CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> {
                try {
                    socket.getOutputStream().write(request);
                } catch (IOException refused) {
                    return;
                }
            });
            String line = firstLine(socket.getInputStream());
            sending.cancel(true);
            return line.startsWith("HTTP/") ? line.split(" ")[1] : line;
        }
    }

    private static String firstLine(InputStream in) {
        StringBuilder line = new StringBuilder();
        try {
            for (int c = in.read(); c != '\r'; c = in.read()) {
                if (c < 0) {
                    return "close";
                }
                line.append((char) c);
            }
            return line.toString();
        } catch (SocketTimeoutException e) {
            return "nothing";
        } catch (IOException reset) {
            return "close";
        }
    }
}
