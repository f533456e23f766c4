package dev.sluice.gateway;

import dev.sluice.config.ByteSize;
import dev.sluice.devstack.Kafka;
import dev.sluice.devstack.Redis;
import dev.sluice.devstack.junit.StackExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Callers who read no answers: the gateway reads no further, and goes on when they are read; of many it cuts some off. */
@ExtendWith(StackExtension.class)
class StreamPressureTest {

    private static final int MIB = 1 << 20;
    /** In the gateway 8 MiB of events and 4 MiB of answers; the rest is the kernel's, on both sides. */
    private static final int MOST = 64 * MIB;

    private static final String STREAM = "POST /v1/events HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-ndjson\r\ncontent-length: "
            + 10_000L * MIB + "\r\n\r\n";
    private static final String REFUSED = "{\"type\":\"t\",\"note\":\"refused, for want of data\"}\n";

    @Test
    void shouldLeaveTheSocketUnreadWhileAnswersAreNotRead(Kafka kafka, Redis redis) throws Exception {
        RunningGateway gateway = RunningGateway.withTopics(kafka, redis, RunningGateway.SETTINGS);
        try {
            shouldStandStillUntilAnswersAreRead(gateway, STREAM, REFUSED);
            shouldStandStillUntilAnswersAreRead(gateway, "", "GET /nowhere HTTP/1.1\r\nhost: x\r\n\r\n");
            shouldCutOffThoseWhoReadNothingWhenThereIsNoRoomForMore(kafka, redis);
        } finally {
            gateway.close();
        }
    }

    private static void shouldStandStillUntilAnswersAreRead(RunningGateway gateway, String head, String endlessly) throws Exception {
        try (SocketChannel socket = connected(gateway.port, head)) {
            ByteBuffer lines = ascii(endlessly.repeat(1_000));
            long[] written = {0};
            long stood = awaitStandstill(socket, lines, written);

            assertThat(stood).as("bytes that it took without an end").isLessThan(MOST);
            assertThat(gateway.post(MediaType.JSON, "{\"type\":\"t\",\"data\":1}").statusCode()).as("others").isEqualTo(202);
            ByteBuffer answers = ByteBuffer.allocate(MIB);
            await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(5)).until(() -> {
                answers.clear();
                socket.read(answers);
                write(socket, lines, written);
                return written[0] > stood + 4 * MIB;
            });
        }
    }

    /** 2 MiB for all, and more than a quarter of that for each. */
    private static void shouldCutOffThoseWhoReadNothingWhenThereIsNoRoomForMore(Kafka kafka, Redis redis) throws Exception {
        RunningGateway small = new RunningGateway("two", withRoomFor("512KiB", "2MiB"), kafka.bootstrapServers(), redis.uri(), 1);
        List<SocketChannel> callers = new ArrayList<>();
        try {
            for (int i = 0; i < 12; i++) {
                callers.add(connected(small.port, STREAM));
            }
            await().atMost(Duration.ofSeconds(90)).pollInterval(Duration.ofMillis(1)).until(() -> {
                callers.removeIf(caller -> isCutOff(caller, REFUSED));
                return callers.size() <= 5;
            });
            String events = "{\"type\":\"t\",\"data\":1}\n".repeat(3_000);
            assertThat(small.post(MediaType.NDJSON, events).body().lines().filter(line -> line.contains("\"status\":202")))
                    .as("of one who reads").hasSize(3_000);
        } finally {
            for (SocketChannel caller : callers) {
                caller.close();
            }
            small.close();
        }
    }

    private static boolean isCutOff(SocketChannel caller, String lines) {
        try {
            caller.write(ascii(lines.repeat(1_000)));
            return false;
        } catch (IOException cutOff) {
            return true;
        }
    }

    private static GatewaySettings withRoomFor(String unread, String allUnread) {
        GatewaySettings usual = RunningGateway.SETTINGS;
        return new GatewaySettings(usual.host(), 0, usual.topic(), usual.maxDataSize(), usual.maxBatchSize(), usual.bodyTimeout(),
                Duration.ofMinutes(5), usual.drainTimeout(), usual.throttleHold(), usual.publishing(), usual.window(),
                new GatewaySettings.Streams(5_000, ByteSize.mebibytes(8), ByteSize.parse(unread), ByteSize.parse(allUnread)),
                usual.waiting(), usual.breaker(), usual.security(), List.of());
    }

    private static SocketChannel connected(int port, String head) throws IOException {
        SocketChannel socket = SocketChannel.open();
        socket.setOption(StandardSocketOptions.SO_RCVBUF, 64 << 10);
        socket.connect(new InetSocketAddress("127.0.0.1", port));
        socket.write(ascii(head));
        socket.configureBlocking(false);
        return socket;
    }

    /** @return bytes written when for a second nothing more could be */
    private static long awaitStandstill(SocketChannel socket, ByteBuffer lines, long[] written) {
        long[] last = {0, System.nanoTime()};
        await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(1)).until(() -> {
            if (write(socket, lines, written) > 0) {
                last[1] = System.nanoTime();
            }
            return written[0] > 2L * MOST || System.nanoTime() - last[1] > Duration.ofSeconds(1).toNanos();
        });
        return written[0];
    }

    private static long write(SocketChannel socket, ByteBuffer lines, long[] written) throws IOException {
        long before = written[0];
        for (int length = 1; length > 0 && written[0] - before < MIB; written[0] += length) {
            if (!lines.hasRemaining()) {
                lines.rewind();
            }
            length = socket.write(lines);
        }
        return written[0] - before;
    }

    private static ByteBuffer ascii(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }
}
