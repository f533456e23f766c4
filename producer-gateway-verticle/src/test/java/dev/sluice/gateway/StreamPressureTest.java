package dev.sluice.gateway;

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

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** An endless stream whose answers nobody reads: the gateway reads no further, and goes on when they are read. */
@ExtendWith(StackExtension.class)
class StreamPressureTest {

    private static final int MIB = 1 << 20;
    /** In the gateway 8 MiB of events and 4 MiB of answers; the rest is the kernel's, on both sides. */
    private static final int MOST = 64 * MIB;

    @Test
    void shouldLeaveTheSocketUnreadWhileAnswersAreNotRead(Kafka kafka, Redis redis) throws Exception {
        RunningGateway gateway = RunningGateway.withTopics(kafka, redis, RunningGateway.SETTINGS);
        try (SocketChannel socket = SocketChannel.open()) {
            socket.setOption(StandardSocketOptions.SO_RCVBUF, 64 << 10);
            socket.connect(new InetSocketAddress("127.0.0.1", gateway.port));
            socket.write(ascii("POST /v1/events HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-ndjson\r\ncontent-length: "
                    + 10_000L * MIB + "\r\n\r\n"));
            socket.configureBlocking(false);
            ByteBuffer lines = ascii("{\"type\":\"t\",\"note\":\"refused, for want of data\"}\n".repeat(1_000));
            long[] written = {0};
            long stood = awaitStandstill(socket, lines, written);

            assertThat(stood).as("bytes that it took of an endless stream").isLessThan(MOST);
            assertThat(gateway.post(MediaType.JSON, "{\"type\":\"t\",\"data\":1}").statusCode()).as("others").isEqualTo(202);
            ByteBuffer answers = ByteBuffer.allocate(MIB);
            await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(5)).until(() -> {
                answers.clear();
                socket.read(answers);
                write(socket, lines, written);
                return written[0] > stood + 4 * MIB;
            });
        } finally {
            gateway.close();
        }
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
