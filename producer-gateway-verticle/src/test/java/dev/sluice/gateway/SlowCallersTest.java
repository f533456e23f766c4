package dev.sluice.gateway;

import dev.sluice.config.ByteSize;
import dev.sluice.devstack.Kafka;
import dev.sluice.devstack.Redis;
import dev.sluice.devstack.junit.StackExtension;
import dev.sluice.trace.Traces;
import io.opentelemetry.api.OpenTelemetry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Callers who send slowly, or nothing, and are many. */
@ExtendWith(StackExtension.class)
class SlowCallersTest {

    private static final Duration IDLE = Duration.ofSeconds(5);
    private static final int CROWD = 2_000;
    private static RunningGateway gateway;
    private static RunningGateway traced;

    @BeforeAll
    static void start(Kafka kafka, Redis redis) throws Exception {
        gateway = RunningGateway.withTopics(kafka, redis, RunningGateway.idleAfter(IDLE));
        traced = new RunningGateway("two", RunningGateway.idleAfter(IDLE), kafka.bootstrapServers(), redis.uri(), 1,
                Traces.with(OpenTelemetry.noop().getTracer("test")));
    }

    @AfterAll
    static void stop() throws Exception {
        gateway.close();
        traced.close();
    }

    private static void assertNobodyIsDelayed() throws Exception {
        long start = System.nanoTime();
        assertThat(gateway.post(MediaType.JSON, "{\"type\":\"t\",\"data\":1}").statusCode()).isEqualTo(202);
        assertThat((System.nanoTime() - start) / 1_000_000).as("ms that somebody else waits").isLessThan(2_000);
    }

    @Test
    void shouldCloseConnectionsThatNeverFinishARequestsHead() throws Exception {
        List<Socket> slow = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            slow.add(new Socket("127.0.0.1", gateway.port));
        }
        for (int i = 0; i < 5; i++) {
            slow.add(afterAnEvent(traced.port));
            slow.add(afterAnEvent(gateway.port));
        }
        for (Socket socket : slow) {
            socket.getOutputStream().write("POST /v1/events HTTP/1.1\r\nhost: x\r\nx-slow: ".getBytes(StandardCharsets.US_ASCII));
        }
        try {
            await().atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(500)).until(() ->
                    slow.stream().filter(SlowCallersTest::sendsAnotherByte).count() == 0);
            assertNobodyIsDelayed();
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    /** It has sent a request as it should, and has its answer. */
    private static Socket afterAnEvent(int port) throws IOException {
        Socket socket = new Socket("127.0.0.1", port);
        socket.setSoTimeout(10_000);
        socket.getOutputStream().write(("POST /v1/events HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 21\r\n\r\n"
                + "{\"type\":\"t\",\"data\":1}").getBytes(StandardCharsets.US_ASCII));
        byte[] start = new byte[12];
        assertThat(socket.getInputStream().readNBytes(start, 0, start.length)).isEqualTo(start.length);
        assertThat(new String(start, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 202");
        return socket;
    }

    /** Two, since the first one after the other side has closed is still taken. */
    private static boolean sendsAnotherByte(Socket socket) {
        try {
            OutputStream out = socket.getOutputStream();
            out.write('a');
            out.flush();
            out.write('a');
            return true;
        } catch (IOException closed) {
            return false;
        }
    }

    @Test
    void shouldServeOthersWhileThousandsOfConnectionsStandIdle() throws Exception {
        List<Socket> crowd = new ArrayList<>();
        try {
            for (int i = 0; i < CROWD; i++) {
                crowd.add(new Socket("127.0.0.1", gateway.port));
            }
            for (int i = 0; i < 50; i++) {
                assertNobodyIsDelayed();
            }
            Socket last = crowd.get(CROWD - 1);
            last.setSoTimeout(15_000);
            assertThat(last.getInputStream().read()).as("idle ones are closed").isEqualTo(-1);
        } finally {
            for (Socket socket : crowd) {
                socket.close();
            }
        }
        assertNobodyIsDelayed();
    }

    /** 80 of a mebibyte each, where 16 MiB may be held: those who began first make room for others. */
    @Test
    void shouldHoldNoMoreOfBodiesAndLinesUnderWayThanThereIsRoomFor(Kafka kafka, Redis redis) throws Exception {
        RunningGateway small = new RunningGateway("three", withBuffer(ByteSize.mebibytes(16)), kafka.bootstrapServers(), redis.uri(), 1);
        List<Socket> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 80; i++) {
                slow.add(begun(small.port, i % 2 == 0 ? MediaType.JSON : MediaType.NDJSON, 1_000_000));
                if (i % 10 == 9) {
                    assertThat(small.post(MediaType.JSON, "{\"type\":\"t\",\"data\":1}").statusCode()).isEqualTo(202);
                }
            }
            assertThat(allOf(slow.get(0))).startsWith("HTTP/1.1 503").contains("\"OVERLOADED\"").containsIgnoringCase("retry-after: ");
            assertThat(allOf(slow.get(1))).startsWith("HTTP/1.1 200").contains("\"OVERLOADED\"");
            slow.get(79).setSoTimeout(300);
            assertThatThrownBy(() -> slow.get(79).getInputStream().readAllBytes()).as("the last one goes on")
                    .isInstanceOf(SocketTimeoutException.class);
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
            small.close();
        }
    }

    private static GatewaySettings withBuffer(ByteSize size) {
        GatewaySettings usual = RunningGateway.SETTINGS;
        GatewaySettings.Publishing publishing = usual.publishing();
        return new GatewaySettings(usual.host(), 0, usual.topic(), usual.maxDataSize(), usual.maxBatchSize(), Duration.ofSeconds(60),
                usual.idleTimeout(), usual.drainTimeout(), usual.throttleHold(), new GatewaySettings.Publishing(publishing.linger(),
                publishing.batchSize(), publishing.compression(), size, publishing.deliveryTimeout(), publishing.requestTimeout(),
                publishing.metadataTimeout()), usual.window(), usual.streams(), usual.waiting(), usual.breaker(), usual.security(), List.of());
    }

    /** So many bytes of one event, which has no end yet. */
    private static Socket begun(int port, String type, int bytes) throws IOException {
        Socket socket = new Socket("127.0.0.1", port);
        socket.setSoTimeout(10_000);
        OutputStream out = socket.getOutputStream();
        out.write(("POST /v1/events HTTP/1.1\r\nhost: x\r\ncontent-type: " + type + "\r\ncontent-length: " + (bytes + 1) + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        out.write(new byte[bytes]);
        return socket;
    }

    private static String allOf(Socket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }
}
