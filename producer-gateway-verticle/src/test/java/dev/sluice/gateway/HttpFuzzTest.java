package dev.sluice.gateway;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.sluice.devstack.Kafka;
import dev.sluice.devstack.Redis;
import dev.sluice.devstack.junit.StackExtension;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.LoggerFactory;

import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Spoilt requests, many thousands: no answer that the gateway doesn't mean, nothing in its log that it calls a failure, no
 * buffer lost, and callers who send what they should are served all the while. {@code -Dfuzz.seconds=3600 -Dfuzz.seed=N};
 * what it finds is left in {@code target/fuzz}, and belongs into {@code src/test/resources/hostile} once it is mended.
 */
@ExtendWith(StackExtension.class)
class HttpFuzzTest {

    private static final int CALLERS = 12;
    private static final Path FOUND = Path.of("target/fuzz");

    private final Duration time = Duration.ofSeconds(Integer.getInteger("fuzz.seconds", 10));
    private final long seed = Long.getLong("fuzz.seed", System.nanoTime());
    private final AtomicInteger sent = new AtomicInteger();
    private final AtomicInteger answered = new AtomicInteger();

    @Test
    void shouldSurviveWhateverIsSent(Kafka kafka, Redis redis) throws Exception {
        System.out.println("fuzz.seed=" + seed);
        ResourceLeakDetector.Level usual = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        ListAppender<ILoggingEvent> log = listen("dev.sluice", "io.netty", "io.vertx");
        RunningGateway gateway = RunningGateway.withTopics(kafka, redis, RunningGateway.idleAfter(Duration.ofSeconds(3)));
        ExecutorService threads = Executors.newFixedThreadPool(CALLERS + 1);
        try {
            long end = System.nanoTime() + time.toNanos();
            List<byte[]> corpus = corpus();
            List<Future<?>> callers = new ArrayList<>();
            for (int i = 0; i < CALLERS; i++) {
                RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed + i);
                callers.add(threads.submit(() -> {
                    spoil(gateway, corpus, random, end);
                    return null;
                }));
            }
            callers.add(threads.submit(() -> {
                serveOthers(gateway, end);
                return null;
            }));
            for (Future<?> caller : callers) {
                caller.get(time.toSeconds() + 60, TimeUnit.SECONDS);
            }
            System.out.printf("%d spoilt requests, %d answered%n", sent.get(), answered.get());
            assertThat(sent.get()).isGreaterThan(100);
            assertThat(answered.get()).isGreaterThan(50);
        } finally {
            threads.shutdownNow();
            gateway.close();
        }
        try {
            awaitCollection();
            assertThat(log.list).filteredOn(line -> line.getLevel() == Level.ERROR
                    || line.getFormattedMessage().contains("LEAK")).as("seed " + seed).isEmpty();
        } finally {
            ResourceLeakDetector.setLevel(usual);
        }
    }

    private static ListAppender<ILoggingEvent> listen(String... loggers) {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        for (String name : loggers) {
            ((Logger) LoggerFactory.getLogger(name)).addAppender(log);
        }
        return log;
    }

    private static List<byte[]> corpus() throws Exception {
        List<byte[]> requests = new ArrayList<>();
        try (Stream<Path> files = Files.list(Path.of("src/test/resources/hostile"))) {
            files.sorted().map(HostileRequest::read).map(HostileRequest::bytes)
                    .filter(request -> request.length < 20_000).forEach(requests::add);
        }
        for (String type : List.of(MediaType.CLOUDEVENT, MediaType.CLOUDEVENTS_BATCH, MediaType.NDJSON, MediaType.JSON)) {
            String event = Events.cloudEvent(Events.unique("fuzz"), "order:1", 1, "{\"amount\":\"9.50\"}");
            String body = switch (type) {
                case MediaType.CLOUDEVENTS_BATCH -> "[" + event + "," + event + "]";
                case MediaType.NDJSON -> event + "\n" + event;
                default -> event;
            };
            requests.add(("POST /v1/events HTTP/1.1\r\nhost: x\r\ncontent-type: " + type + "\r\ncontent-length: " + body.length()
                    + "\r\n\r\n" + body).getBytes(StandardCharsets.ISO_8859_1));
        }
        return requests;
    }

    private void spoil(RunningGateway gateway, List<byte[]> corpus, RandomGenerator random, long end) throws Exception {
        while (System.nanoTime() < end) {
            byte[] request = Mutation.some(corpus.get(random.nextInt(corpus.size())), corpus.get(random.nextInt(corpus.size())), random);
            RawAnswer answer = RawAnswer.to(gateway.port, request, Duration.ofMillis(100));
            sent.incrementAndGet();
            answered.addAndGet(answer.isThere() ? 1 : 0);
            if (!answer.isMeant()) {
                Files.createDirectories(FOUND);
                Path file = Files.write(FOUND.resolve(Long.toHexString(random.nextLong()) + ".raw"), request);
                throw new AssertionError("seed " + seed + ", request in " + file + ", answer: " + answer);
            }
        }
    }

    private static void serveOthers(RunningGateway gateway, long end) throws Exception {
        while (System.nanoTime() < end) {
            assertThat(gateway.post(MediaType.JSON, "{\"type\":\"t\",\"data\":1}").statusCode()).isEqualTo(202);
        }
    }

    /** Leaks are told when the collector has found them and somebody asks for another buffer. */
    private static void awaitCollection() {
        WeakReference<Object> witness = new WeakReference<>(new Object());
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            System.gc();
            return witness.get() == null;
        });
        for (int i = 0; i < 1_000; i++) {
            PooledByteBufAllocator.DEFAULT.buffer(16).release();
        }
    }
}
