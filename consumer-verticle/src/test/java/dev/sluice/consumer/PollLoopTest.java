package dev.sluice.consumer;

import dev.sluice.config.ByteSize;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** What the poll loop does when Kafka's client fails; a queue that nothing empties shows what it has handed over. */
@Timeout(60)
class PollLoopTest {

    private static final TopicPartition PARTITION = new TopicPartition("events", 0);
    private static final PollLoop.Listener NOBODY = new PollLoop.Listener() {
        @Override
        public void onRevoked() {
        }

        @Override
        public void onLost() {
        }

        @Override
        public void onPaused() {
        }
    };
    private final Vertx vertx = Vertx.vertx();
    private final Queue<Client> clients = new ConcurrentLinkedQueue<>();
    private final Deque<Client> prepared = new ArrayDeque<>();
    private final Counter restarts = new SimpleMeterRegistry().counter("restarts");
    private Pipeline pipeline;
    private PollThread thread;

    @BeforeEach
    void makePipeline() {
        Downstream away = new Downstream(vertx, () -> Future.failedFuture("away"), "group", error -> true, () -> { });
        Context eventLoop = vertx.getOrCreateContext();
        eventLoop.runOnContext(now -> failUntilOpen(away));
        await().until(away::isOpen);
        pipeline = new Pipeline(eventLoop, Ordering.KEY, new BatchSize(500, BatchSize.USUAL), () -> 2, new LetterBudget(10_000, 0), () -> { });
        pipeline.runWith(null, away, Succession.OVERTAKING, new Trials(vertx, "group", null, null, 1, pipeline::start));
    }

    private static void failUntilOpen(Downstream away) {
        away.run(() -> Future.failedFuture("away")).onComplete(failed -> {
            if (!away.isOpen()) {
                failUntilOpen(away);
            }
        });
    }

    @AfterEach
    void stop() throws Exception {
        thread.stop(ConsumerSettings.Membership.KEPT).get(20, TimeUnit.SECONDS);
        vertx.close().await(20, TimeUnit.SECONDS);
    }

    @Test
    void shouldGoOnWhenKafkaDoesNotTellAtOnceWhereAPartitionStarts() {
        Client client = new Client();
        client.unanswered.set(3);
        run(client);
        client.assign();

        await().atMost(Duration.ofSeconds(20)).until(() -> pipeline.waiting() == 1);
        assertThat(client.unanswered).hasValue(0);
        assertThat(restarts.count()).isZero();
    }

    @Test
    void shouldStartAgainWithAnotherConsumerAfterAnUnexpectedException() {
        Client broken = new Client();
        Client next = new Client();
        run(broken, next);
        broken.setPollException(new KafkaException("not to be expected"));

        await().atMost(Duration.ofSeconds(20)).until(() -> clients.size() == 2);
        next.assign();
        await().atMost(Duration.ofSeconds(20)).until(() -> pipeline.waiting() == 1);
        assertThat(broken.closed()).isTrue();
        assertThat(restarts.count()).isEqualTo(1);
        assertThat(thread.isRestarting()).isFalse();
    }

    @Test
    void shouldNotResumeAStoppedPartitionPastWhatIsStillUnderWay() {
        Client client = new Client();
        run(client);
        client.assign();
        await().atMost(Duration.ofSeconds(20)).until(() -> pipeline.waiting() == 1);
        client.setPollException(new OffsetOutOfRangeException(Map.of(PARTITION, 1L)));
        await().atMost(Duration.ofSeconds(20)).until(() -> !thread.lost().isEmpty());

        assertThatThrownBy(() -> thread.resume(PARTITION, "9").get(20, TimeUnit.SECONDS))
                .hasMessageContaining("has 1 events under way");
        assertThat(client.committed(Set.of(PARTITION)).get(PARTITION).offset()).isZero();
        assertThat(thread.lost()).hasSize(1);
    }

    /** As Kafka's client has it: its own thread has seen the loss, the poll that tells of it is yet to come. */
    @Test
    void shouldGoOnWhenAPartitionIsLostBetweenTwoPolls() {
        Client client = new Client();
        client.gone.set(2);
        run(client);
        client.assign();

        await().atMost(Duration.ofSeconds(20)).until(() -> pipeline.waiting() == 1);
        assertThat(client.gone).hasValue(0);
        assertThat(restarts.count()).isZero();
    }

    private void run(Client... order) {
        prepared.addAll(List.of(order));
        thread = new PollThread("group", this::loop, restarts);
        thread.start();
    }

    private PollLoop loop() {
        Client client = prepared.poll();
        clients.add(client);
        Positions positions = new Positions("group", client, topic -> "id");
        return new PollLoop("group", client, positions, new Commits("group", client, positions, error -> { }), pipeline,
                settings(), () -> 1_000_000, new HandlerWatch("group", "handler"), NOBODY).subscribed(Set.of("events"));
    }

    private static ConsumerSettings settings() {
        return new ConsumerSettings(List.of(), 500, 2, 500, BatchSize.USUAL, 1_000, 10_000, ByteSize.parse("256KiB"), ByteSize.parse("5MiB"),
                ByteSize.parse("1MiB"), Duration.ofSeconds(2), Duration.ofMillis(500), Duration.ofSeconds(1),
                Duration.ofMillis(100), Duration.ofSeconds(30), "consumer", Assignor.RANGE, ConsumerSettings.Membership.LEFT, Claims.Mode.OFF,
                Duration.ofDays(35), GapSettings.STANDARD, Map.of());
    }

    /** A consumer whose group has committed nothing, with one record to read. */
    private static final class Client extends MockConsumer<byte[], byte[]> {

        private final AtomicInteger unanswered = new AtomicInteger();
        /** So many times, what is to be resumed is another's already. */
        private final AtomicInteger gone = new AtomicInteger();

        private Client() {
            super("none");
        }

        private void assign() {
            schedulePollTask(() -> {
                updateBeginningOffsets(Map.of(PARTITION, 0L));
                updateEndOffsets(Map.of(PARTITION, 9L));
                rebalance(Set.of(PARTITION));
                addRecord(new ConsumerRecord<>("events", 0, 0, "case:1".getBytes(StandardCharsets.UTF_8),
                        "{}".getBytes(StandardCharsets.UTF_8)));
            });
        }

        @Override
        public synchronized void resume(Collection<TopicPartition> partitions) {
            if (!partitions.isEmpty() && gone.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                throw new IllegalStateException("No current assignment for partition " + partitions);
            }
            super.resume(partitions);
        }

        @Override
        public synchronized Map<TopicPartition, OffsetAndMetadata> committed(Set<TopicPartition> partitions,
                                                                             Duration timeout) {
            if (unanswered.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                throw new TimeoutException("no answer");
            }
            return super.committed(partitions, timeout);
        }
    }
}
