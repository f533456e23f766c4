package dev.sluice.consumer;

import dev.sluice.event.Decoded;
import dev.sluice.event.Outcome;
import dev.sluice.failure.ErrorInfo;
import dev.sluice.failure.FailureClassifier;
import dev.sluice.failure.FailureRules;
import dev.sluice.failure.Verdict;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** On a real PostgreSQL that carries out what it is told and loses every other answer. */
@Timeout(60)
@ExtendWith(RigExtension.class)
class TrialsTest {

    private static final int EVENTS = 4;
    private static final long DEADLY = 2;

    private final String group = "group-" + UUID.randomUUID();
    private final List<Vertx> started = new ArrayList<>();
    private Backends.Postgres postgres;

    @BeforeEach
    void take(Backends.Postgres shared) {
        postgres = shared;
    }

    @AfterEach
    void close() throws Exception {
        for (Vertx vertx : started) {
            vertx.close().await(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void shouldCountEachDeathOnceHoweverManyAnswersAreLost() throws Exception {
        assertThat(deathsOf(new Process())).isEqualTo(1);
        assertThat(deathsOf(new Process())).isEqualTo(2);

        Process third = new Process();
        await().atMost(Duration.ofSeconds(30)).until(() -> third.ended.size() == EVENTS);
        assertThat(third.convicted).containsExactly(DEADLY);
        await().atMost(Duration.ofSeconds(10)).until(() -> postgres.number("SELECT count(*) FROM trials WHERE consumer_group = '"
                + group + "'") == 0);
    }

    /** How often the deadly event is known to have been run alone when a process has died of it. */
    private long deathsOf(Process process) {
        await().atMost(Duration.ofSeconds(30)).until(() -> process.dead);
        assertThat(process.answers.lost()).as("answers were lost").isPositive();
        assertThat(process.convicted).isEmpty();
        return postgres.number("SELECT sum(runs_alone) FROM trials WHERE consumer_group = '" + group + "' AND record_offset = " + DEADLY);
    }

    /** Reads the same events from the beginning, and does nothing any more once the deadly one runs. */
    private final class Process {

        private final AssignedPartition partition = new AssignedPartition(new TopicPartition("events", 0), "id", 0, EVENTS, 0);
        private final Vertx vertx = Vertx.vertx();
        private final LostAnswers answers = new LostAnswers(postgres.settings().pool(vertx));
        private final Queue<Long> ended = new ConcurrentLinkedQueue<>();
        private final Queue<Long> convicted = new ConcurrentLinkedQueue<>();
        private final Trials trials;
        private volatile boolean dead;

        private Process() {
            started.add(vertx);
            FailureClassifier classifier = new FailureClassifier(FailureRules.standard());
            Downstream downstream = new Downstream(vertx, Future::succeededFuture, group,
                    error -> classifier.classify(ErrorInfo.of(error)) == Verdict.OUTAGE, () -> { });
            trials = new Trials(vertx, group, new TrialTable(answers.client(), group),
                    new Durably(vertx, group, downstream, classifier), 100, this::run);
            Context eventLoop = vertx.getOrCreateContext();
            List<Work> works = LongStream.range(0, EVENTS).mapToObj(offset -> Works.work(partition, offset)).toList();
            works.forEach(work -> Works.poll(partition, work.record().offset(), work.bytes()));
            eventLoop.runOnContext(now -> trials.onAssigned(partition, 0).onSuccess(ready -> trials.accept(works)));
        }

        private void run(List<Work> works) {
            for (Work work : works) {
                boolean deadly = work.decoded() instanceof Decoded.Deadly;
                if (work.record().offset() == DEADLY && !deadly) {
                    dead = true;
                    partition.close(); // what is under way for a dead process reaches nobody
                    return;
                }
                if (deadly) {
                    convicted.add(work.record().offset());
                }
                ended.add(work.record().offset());
                work.settle();
                trials.onSettled(work, deadly ? Outcome.DEAD : Outcome.APPLIED);
                vertx.runOnContext(later -> trials.onEnded(work));
            }
        }
    }
}
