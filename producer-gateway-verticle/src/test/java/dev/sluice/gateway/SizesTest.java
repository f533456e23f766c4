package dev.sluice.gateway;

import dev.sluice.devstack.Kafka;
import dev.sluice.devstack.Redis;
import dev.sluice.devstack.junit.StackExtension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPOutputStream;

import static org.assertj.core.api.Assertions.assertThat;

/** How large an event and a body may be, packed and unpacked. */
@ExtendWith(StackExtension.class)
class SizesTest {

    private static final int MIB = 1 << 20;

    private static Kafka kafka;
    private static RunningGateway gateway;

    @BeforeAll
    static void start(Kafka broker, Redis redis) throws Exception {
        kafka = broker;
        gateway = RunningGateway.withTopics(broker, redis, RunningGateway.SETTINGS);
    }

    @AfterAll
    static void stop() throws Exception {
        gateway.close();
    }

    @Test
    void shouldTakeExactlyOneMebibyteOfDataAndNotAByteMore() throws Exception {
        String exact = "\"" + "x".repeat(MIB - 2) + "\"";
        HttpResponse<String> fits = gateway.post(MediaType.CLOUDEVENT, Events.cloudEvent(Events.unique("mib"), "a:1", 1, exact));
        HttpResponse<String> tooMuch = gateway.post(MediaType.CLOUDEVENT, Events.cloudEvent(Events.unique("mib"), "a:1", 1, "\"x" + exact.substring(1)));
        HttpResponse<String> binary = gateway.send(gateway.request("/v1/events").header("ce-specversion", "1.0")
                .header("ce-id", Events.unique("mib")).header("ce-source", "/t").header("ce-type", "t")
                .POST(BodyPublishers.ofByteArray(new byte[MIB])).build());

        assertThat(fits.statusCode()).as(fits.body()).isEqualTo(202);
        assertThat(tooMuch.statusCode()).isEqualTo(413);
        assertThat(binary.statusCode()).as(binary.body()).isEqualTo(202);
    }

    @Test
    void shouldRefuseAHugeBodyWhateverWayItIsSent() throws Exception {
        InputStream endless = new InputStream() {
            private long left = 200L * MIB;

            @Override
            public int read() {
                return left-- > 0 ? ' ' : -1;
            }
        };
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(new byte[100 * MIB]);
        }
        HttpResponse<String> bomb = gateway.send(gateway.request("/v1/events").header("content-type", MediaType.JSON)
                .header("content-encoding", "gzip").POST(BodyPublishers.ofByteArray(packed.toByteArray())).build());
        int chunked;
        try {
            chunked = gateway.send(gateway.request("/v1/events").header("content-type", MediaType.JSON)
                    .POST(BodyPublishers.ofInputStream(() -> endless)).build()).statusCode();
        } catch (IOException cutOff) {
            chunked = 413;
        }

        assertThat(packed.size()).isLessThan(200_000);
        assertThat(bomb.statusCode()).isEqualTo(413);
        assertThat(chunked).isEqualTo(413);
        assertThat(declared(300L * MIB)).startsWith("HTTP/1.1 413");
        assertThat(gateway.post(MediaType.JSON, "{\"type\":\"t\",\"data\":1}").statusCode()).isEqualTo(202);
    }

    /** What the gateway says to a request that only declares its length. */
    private static String declared(long length) throws Exception {
        try (Socket socket = new Socket("127.0.0.1", gateway.port)) {
            socket.setSoTimeout(5_000);
            socket.getOutputStream().write(("POST /v1/events HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: "
                    + length + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            byte[] start = new byte[16];
            return new String(start, 0, socket.getInputStream().read(start), StandardCharsets.US_ASCII);
        }
    }

    @Test
    void shouldReadGzip() throws Exception {
        String id = Events.unique("gzip");
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write((Events.cloudEvent(id, "z:1", 1, "{}") + "\n" + Events.cloudEvent(id + "b", "z:1", 2, "{}") + "\n").getBytes(StandardCharsets.UTF_8));
        }
        HttpResponse<String> answer = gateway.send(gateway.request("/v1/events").header("content-type", MediaType.NDJSON)
                .header("content-encoding", "gzip").POST(BodyPublishers.ofByteArray(packed.toByteArray())).build());

        assertThat(answer.body().lines()).hasSize(2).allMatch(line -> line.contains("\"status\":202"));
        assertThat(Events.recordsOf(kafka, id)).hasSize(1);
    }
}
