package dev.sluice.engine.publish;

import dev.sluice.engine.publish.FakeGateway.Reply;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.SequenceInputStream;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@Timeout(60)
class PublicationTest {

    private final CountDownLatch firstArrived = new CountDownLatch(1);
    private final CountDownLatch allRead = new CountDownLatch(1);
    private final List<String> complaints = Collections.synchronizedList(new ArrayList<>());

    @Test
    void shouldKeepEachEntityOnOneConnectionAndInOrder() throws Exception {
        try (FakeGateway gateway = new FakeGateway((number, lines) -> Reply.accepted(lines.size()))) {
            Summary summary = publish(gateway, 4, events(5_000));

            assertThat(summary.accepted()).isEqualTo(5_000);
            assertThat(summary.exitStatus()).isZero();
            Map<String, Set<String>> connections = new HashMap<>();
            Map<String, Integer> last = new HashMap<>();
            gateway.received().forEach(request -> request.lines().forEach(line -> {
                String entity = EntityOf.line(line.getBytes(StandardCharsets.UTF_8));
                connections.computeIfAbsent(entity, key -> new HashSet<>()).add(request.connection());
                int sequence = Integer.parseInt(line.replaceAll(".*\"sequence\":\"(\\d+)\".*", "$1"));
                assertThat(sequence).isGreaterThan(last.getOrDefault(entity, -1));
                last.put(entity, sequence);
            }));
            assertThat(connections.values()).allMatch(used -> used.size() == 1);
            assertThat(gateway.received()).allMatch(request -> request.lines().size() <= 500);
            assertThat(gateway.received().stream().map(FakeGateway.Received::connection).distinct()).hasSize(4);
        }
    }

    @Test
    void shouldNameRejectedLinesAndPublishTheOthers() throws Exception {
        try (FakeGateway gateway = new FakeGateway((number, lines) -> Reply.perLine(lines.stream()
                .map(line -> line.startsWith("{") ? "202" : "400 MALFORMED").toList()))) {
            Summary summary = publish(gateway, 2, "{\"a\":1}\r\n\nno json\n  \n{\"a\":2}");

            assertThat(summary).extracting(Summary::sent, Summary::accepted, Summary::rejected).containsExactly(3L, 2L, 1L);
            assertThat(summary.exitStatus()).isEqualTo(3);
            assertThat(complaints).containsExactly("line 3: 400 MALFORMED: why");
            assertThat(gateway.lines()).contains("{\"a\":1}");
        }
    }

    @Test
    void shouldCountDuplicatesApart() throws Exception {
        try (FakeGateway gateway = new FakeGateway((number, lines) -> Reply.lines("202d", lines.size()))) {
            assertThat(publish(gateway, 1, events(10))).extracting(Summary::accepted, Summary::duplicates, Summary::exitStatus)
                    .containsExactly(0L, 10L, 0);
        }
    }

    @Test
    void shouldSendAgainInOrderWhatWasRefusedForNow() throws Exception {
        try (FakeGateway gateway = new FakeGateway(afterAll((number, lines) -> lines.size() == 4
                ? Reply.perLine(List.of("202", "503 UNAVAILABLE", "202", "503 PRECEDING_FAILED"))
                : Reply.accepted(lines.size())))) {
            Summary summary = publishAtOnce(gateway, "1\n2\n3\n4\n");

            assertThat(gateway.received().get(2).lines()).containsExactly("2", "4");
            assertThat(summary.accepted()).isEqualTo(5);
        }
    }

    @Test
    void shouldWaitAsLongAsAThrottleSays() throws Exception {
        try (FakeGateway gateway = new FakeGateway((number, lines) -> number == 1
                ? new Reply(429, "{\"code\":\"PRODUCER_THROTTLED\"}", "1") : Reply.lines("202d", lines.size()))) {
            Summary summary = publish(gateway, 1, events(1));

            assertThat(summary.seconds()).isGreaterThan(1.0);
            assertThat(summary.duplicates()).as("a throttled line was not written by us").isEqualTo(1);
        }
    }

    @Test
    void shouldTakeADuplicateForItsOwnAfterALostAnswer() throws Exception {
        try (FakeGateway gateway = new FakeGateway((number, lines) ->
                number == 1 ? Reply.closed() : Reply.lines("202d", lines.size()))) {
            Summary summary = publish(gateway, 1, events(1));

            assertThat(summary).extracting(Summary::accepted, Summary::duplicates).containsExactly(1L, 0L);
            assertThat(gateway.lines()).hasSize(2).allMatch(line -> line.equals(gateway.lines().get(0)));
        }
    }

    @Test
    void shouldBelieveAnAnswerAsFarAsItCame() throws Exception {
        try (FakeGateway gateway = new FakeGateway(afterAll((number, lines) ->
                lines.size() == 3 ? Reply.accepted(2) : Reply.lines("202d", lines.size())))) {
            Summary summary = publishAtOnce(gateway, "1\n2\n3\n");

            assertThat(gateway.received().get(2).lines()).containsExactly("3");
            assertThat(summary.accepted()).isEqualTo(4);
        }
    }

    @Test
    void shouldSendLinesOneByOneWhenTogetherTheyAreTooMuch() throws Exception {
        try (FakeGateway gateway = new FakeGateway(afterAll((number, lines) ->
                lines.size() > 1 || lines.get(0).equals("2") ? new Reply(413, "{\"code\":\"TOO_LARGE\",\"title\":\"big\"}", null)
                        : Reply.accepted(1)))) {
            Summary summary = publishAtOnce(gateway, "1\n2\n3\n");

            assertThat(summary).extracting(Summary::accepted, Summary::rejected).containsExactly(3L, 1L);
            assertThat(complaints).containsExactly("line 3: 413 TOO_LARGE: big");
        }
    }

    @Test
    void shouldGiveUpWithoutAGatewayThoughTheInputIsOpen() throws Exception {
        int nobody;
        try (ServerSocket socket = new ServerSocket(0)) {
            nobody = socket.getLocalPort();
        }
        try (PipedOutputStream out = new PipedOutputStream(); PipedInputStream in = new PipedInputStream(out)) {
            out.write("{\"subject\":\"a:1\"}\n{\"subject\":\"a:2\"}\n".getBytes(StandardCharsets.UTF_8));
            out.flush();
            Summary summary = new Publication(URI.create("http://127.0.0.1:" + nobody + "/"), Optional.empty(), 4, 0, Duration.ofMillis(500),
                    complaints::add).run(in);

            assertThat(summary).extracting(Summary::sent, Summary::unknown, Summary::exitStatus).containsExactly(2L, 2L, 1);
            assertThat(complaints).hasSize(2);
            assertThat(complaints.get(0)).startsWith("no answer to").contains("ConnectException");
            assertThat(complaints.get(1)).startsWith("gave up");
        }
    }

    @Test
    void shouldNotHoldBackALineOfAnOpenPipe() throws Exception {
        try (FakeGateway gateway = new FakeGateway((number, lines) -> Reply.accepted(lines.size()))) {
            CompletableFuture<Summary> summary;
            try (PipedOutputStream out = new PipedOutputStream()) {
                PipedInputStream in = new PipedInputStream(out);
                summary = CompletableFuture.supplyAsync(() -> run(publication(gateway, 1), in));
                out.write("{}\n".getBytes(StandardCharsets.UTF_8));
                out.flush();
                await().atMost(Duration.ofSeconds(5)).until(() -> gateway.lines().size() == 1);
            }
            assertThat(summary.get(10, TimeUnit.SECONDS).accepted()).isEqualTo(1);
        }
    }

    @Test
    void shouldKeepTheRate() throws Exception {
        try (FakeGateway gateway = new FakeGateway((number, lines) -> Reply.accepted(lines.size()))) {
            Summary summary = run(new Publication(gateway.uri(), Optional.empty(), 2, 100, Duration.ofSeconds(5), complaints::add),
                    new ByteArrayInputStream(events(100).getBytes(StandardCharsets.UTF_8)));

            assertThat(summary.seconds()).isBetween(0.98, 3.0);
        }
    }

    /** The second request has all lines: they are read while the gateway holds back its answer to a first one, "0". */
    private Summary publishAtOnce(FakeGateway gateway, String lines) {
        InputStream rest = new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8)) {
            @Override
            public synchronized int read(byte[] bytes, int offset, int length) {
                pass(firstArrived);
                int count = super.read(bytes, offset, length);
                if (count < 0) {
                    allRead.countDown();
                }
                return count;
            }
        };
        InputStream first = new ByteArrayInputStream("0\n".getBytes(StandardCharsets.UTF_8));
        return run(publication(gateway, 1), new SequenceInputStream(first, rest));
    }

    private FakeGateway.Script afterAll(FakeGateway.Script script) {
        return (number, lines) -> {
            if (number > 1) {
                return script.answer(number, lines);
            }
            firstArrived.countDown();
            pass(allRead);
            return Reply.accepted(1);
        };
    }

    private static void pass(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Summary publish(FakeGateway gateway, int connections, String lines) {
        return run(publication(gateway, connections), new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8)));
    }

    private Publication publication(FakeGateway gateway, int connections) {
        return new Publication(gateway.uri(), Optional.empty(), connections, 0, Duration.ofSeconds(5), complaints::add);
    }

    private static Summary run(Publication publication, InputStream in) {
        try {
            return publication.run(in);
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String events(int count) {
        return IntStream.range(0, count).mapToObj(i -> "{\"specversion\":\"1.0\",\"id\":\"" + i + "\",\"subject\":\"case:"
                + i % 50 + "\",\"sequence\":\"" + i + "\",\"data\":{\"subject\":\"other\"}}").collect(Collectors.joining("\n"));
    }
}
