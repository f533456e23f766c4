package dev.sluice.consumer;

import dev.sluice.api.HandlerProvider;
import dev.sluice.bus.Bus;
import dev.sluice.config.ByteSize;
import dev.sluice.event.Outcome;
import dev.sluice.event.RawRecord;
import dev.sluice.failure.ErrorInfo;
import dev.sluice.failure.FailureClassifier;
import dev.sluice.failure.FailureRules;
import dev.sluice.failure.Verdict;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import org.apache.kafka.clients.consumer.Consumer;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * A subscription's run as {@link SubscriptionRun} wires it, but for its thread, its Kafka client, Redis and meters: here
 * somebody else takes the turns. It is of this package because the parts that it joins are nobody else's business.
 */
public final class SimulatedConsumer {

    /** What varies. @param preserving a failed event holds back what comes after it of its key */
    public record Shape(String group, String topic, Ordering ordering, SequenceMode sequences, int maxQueueSize,
                        int concurrency, int maxBatch, int prefetchBytes, Duration commitInterval,
                        boolean preserving) {

        private ConsumerSettings settings() {
            return new ConsumerSettings(List.of(), maxQueueSize, concurrency, maxBatch, BatchSize.USUAL, 1_000, 1_000_000, new ByteSize(1024),
                    new ByteSize(prefetchBytes), new ByteSize(prefetchBytes), Duration.ofSeconds(35), Duration.ofSeconds(5),
                    Duration.ofSeconds(30), commitInterval, Duration.ofSeconds(30), "consumer", Assignor.RANGE, ConsumerSettings.Membership.LEFT,
                    Claims.Mode.OFF, Duration.ofDays(35), GapSettings.STANDARD, Map.of());
        }
    }

    private final Shape shape;
    private final ConsumerSettings settings;
    private final Supplier<Consumer<byte[], byte[]>> clients;
    private final FlowController flow;
    private final Downstream downstream;
    private final Pipeline pipeline;
    private final PgTransactions transactions;
    private final HandlerWatch watch;
    private long budget;
    /** Null after a break, until the next turn. */
    private PollLoop loop;

    /**
     * @param wake      the poll loop is to take a turn soon
     * @param onSettled the outcome is durable
     */
    public SimulatedConsumer(Shape shape, Vertx vertx, Context context, Supplier<Consumer<byte[], byte[]>> clients,
                             Pool pool, Bus bus, HandlerProvider provider, Runnable wake,
                             BiConsumer<RawRecord, Outcome> onSettled) {
        this.shape = shape;
        this.settings = shape.settings();
        this.clients = clients;
        String group = shape.group();
        FailureClassifier classifier = new FailureClassifier(FailureRules.standard());
        this.watch = new HandlerWatch(group, provider.name());
        this.budget = settings.prefetchStart().bytes();
        this.flow = new FlowController(settings.batchTime(), settings.prefetchMin().bytes(), budget, settings.prefetchMax().bytes());
        this.downstream = new Downstream(vertx, new Ping(pool)::answered, group,
                error -> classifier.classify(ErrorInfo.of(error)) == Verdict.OUTAGE, () -> { });
        this.pipeline = new Pipeline(context, shape.ordering(),
                new BatchSize(settings.maxBatch(), settings.batchTime()), settings::concurrency,
                new LetterBudget(1_000_000, System.nanoTime()), wake);
        this.transactions = new PgTransactions(vertx, pool);
        Succession succession = !shape.preserving() ? Succession.OVERTAKING : new Preserving(vertx, pool, group,
                new Durably(vertx, group, downstream, classifier), shape.ordering(), settings.maxParked(), pipeline::acceptAgain);
        EffectTransaction effects = new EffectTransaction(vertx, transactions, provider.create(new JsonObject()),
                provider.traits(), group, SequencePolicy.of(shape.sequences(), group, shape.ordering(), settings.gaps(),
                succession::roomInGaps), Delivery.EXACTLY_ONCE, settings.handlerTimeout(), watch);
        pipeline.runWith(new BatchRun(vertx, group, works -> downstream.run(() -> effects.apply(works)), classifier, bus,
                succession, OneByOne.room(settings.maxQueueSize()), (work, outcome) -> onSettled.accept(work.record(), outcome), pipeline::onEnded),
                downstream, succession, new Trials(vertx, group, null, null, 1, pipeline::start));
        succession.start();
    }

    /** One turn of the poll loop, on the strand that stands for its thread. What it throws has ended that loop. */
    public void turn() {
        if (loop == null) {
            loop = pollLoop();
        }
        try {
            loop.step();
        } catch (RuntimeException broken) {
            PollLoop ended = loop;
            loop = null;
            ended.end();
            throw broken;
        }
    }

    /** Drains, commits, closes. */
    public void stop() {
        if (loop != null) {
            loop.stop(ConsumerSettings.Membership.KEPT);
            loop.run();
        }
    }

    /** On the event loop, after {@link #stop}. */
    public void cutAll() {
        transactions.cutAll();
    }

    /** On the event loop, at even intervals. */
    public void control() {
        long now = System.nanoTime();
        downstream.onTick(now);
        budget = flow.onMeasured(new FlowController.Measured(downstream.calls().latencyMillis(now),
                downstream.calls().failureRatio(now), 0.1, downstream.isOpen(),
                (double) pipeline.waiting() / settings.maxQueueSize(), pipeline.oldestWaitMillis(now))).budgetBytes();
        pipeline.pump();
    }

    public int waiting() {
        return pipeline.waiting();
    }

    /** Whether no batch is under way. To be asked at the end, on the event loop. */
    public boolean isIdle() {
        return pipeline.idle().isComplete();
    }

    private PollLoop pollLoop() {
        Consumer<byte[], byte[]> client = clients.get();
        Positions positions = new Positions(shape.group(), client, topic -> "id-of-" + topic);
        return new PollLoop(shape.group(), client, positions, new Commits(shape.group(), client, positions, error -> { }),
                pipeline, settings, () -> budget, watch, new Unheard())
                .subscribed(List.of(shape.topic(), shape.topic() + ".retry"));
    }

    /** Meters are not part of the simulation. */
    private static final class Unheard implements PollLoop.Listener {
        @Override
        public void onRevoked() {
        }

        @Override
        public void onLost() {
        }

        @Override
        public void onPaused() {
        }
    }
}
