package dev.sluice.consumer;

import dev.sluice.api.Handler;
import dev.sluice.api.HandlerProvider;
import dev.sluice.api.PushHandler;
import dev.sluice.bus.Node;
import dev.sluice.config.InvalidSetting;
import dev.sluice.config.KafkaSettings;
import dev.sluice.config.RedisSettings;
import dev.sluice.consumer.Subscription.Retries;
import dev.sluice.event.Outcome;
import dev.sluice.event.Topics;
import dev.sluice.failure.ErrorInfo;
import dev.sluice.failure.FailureClassifier;
import dev.sluice.failure.Verdict;
import dev.sluice.redis.RedisLink;
import dev.sluice.store.LargeLetters;
import dev.sluice.trace.LogScope;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

import static dev.sluice.api.HandlerProvider.Identity.NATURAL_KEY;

/** One subscription in one consumer instance: its consumer, its queue, its budget, its breaker. */
final class SubscriptionRun implements GroupMeters.Instance {

    private static final long CONTROL_MILLIS = 500;
    private static final long LAST_RUNS_MILLIS = 5_000;

    private final Vertx vertx;
    private final Subscription subscription;
    private final ConsumerSettings settings;
    private final KafkaSettings kafka;
    private final String instanceId;
    private final Handler handler;
    private final HandlerWatch watch;
    private final Pipeline pipeline;
    private final PollThread pollThread;
    private final PgTransactions transactions;
    private final Downstream downstream;
    private final FlowController flow;
    private final Succession succession;
    private final LetterBudget letters;
    private final GroupMeters meters;
    private final PressureWriter pressure;
    private final Pressing pressing;
    private final RedisLink redis;
    private final Claims claims;
    private final StoppedPartitions stopped;
    private final InboxPurge purge;
    private volatile long budget;
    private volatile double latencyMillis = Double.NaN;

    SubscriptionRun(Vertx vertx, Context context, Subscription subscription, HandlerProvider provider, int index,
                    ConsumerSettings settings, FailureClassifier classifier, KafkaSettings kafka, Pool pool,
                    RedisSettings redis, Node node) {
        this.vertx = vertx;
        this.subscription = subscription;
        this.settings = settings;
        this.kafka = kafka;
        String group = subscription.group();
        this.instanceId = node.name() + "-" + group + "-" + index;
        this.handler = provider.create(new JsonObject(subscription.settings()));
        InvalidSetting.unless(!(handler instanceof PushHandler) || subscription.sequences() != SequenceMode.STRICT,
                "consumer.subscriptions[].sequences", "strict", "none: handler '" + provider.name()
                        + "' has no transaction to keep an order in");
        Delivery delivery = subscription.deliveryFor(handler);
        this.watch = new HandlerWatch(group, provider.name());
        this.budget = settings.prefetchStart().bytes();
        this.flow = new FlowController(settings.batchTime(), settings.prefetchMin().bytes(), budget, settings.prefetchMax().bytes());
        this.meters = GroupMeters.of(vertx, node.meters(), group);
        this.redis = new RedisLink(vertx, redis, "group " + group, connected -> { });
        this.pressure = new PressureWriter(this.redis, instanceId, subscription.pressure());
        this.claims = Claims.of(settings.claims(), vertx, this.redis, group, instanceId);
        this.downstream = new Downstream(vertx, new Ping(pool)::answered, group,
                error -> classifier.classify(ErrorInfo.of(error)) == Verdict.OUTAGE, this::control);
        this.pressing = new Pressing(vertx, CONTROL_MILLIS, this::control,
                () -> downstream.calls().oldestMillis(System.nanoTime()), flow::pressureOf, pressure::write, meters::onPressing);
        this.letters = new LetterBudget(settings.letterBudget(), System.nanoTime());
        this.pipeline = handler instanceof PushHandler push
                ? new Pipeline(context, subscription.ordering(), new BatchSize(1, settings.batchTime()), push::concurrency, letters, this::wake)
                : new Pipeline(context, subscription.ordering(),
                        new BatchSize(settings.maxBatch(), settings.batchTime()), settings::concurrency, letters, this::wake);
        this.transactions = new PgTransactions(vertx, pool);
        Durably durably = new Durably(vertx, group, downstream, classifier);
        this.succession = subscription.retriesFor(provider.traits().effect()) == Retries.RELAXED ? Succession.OVERTAKING
                : succession(pool, new Preserving(vertx, pool, group, durably, subscription.ordering(),
                        settings.maxParked(), pipeline::acceptAgain), durably);
        EffectTransaction transaction = new EffectTransaction(vertx, transactions, handler, provider.traits(), group,
                SequencePolicy.of(subscription.sequences(), group, subscription.ordering(), settings.gaps(),
                        succession::roomInGaps), delivery, settings.handlerTimeout(), watch);
        Trials trials = new Trials(vertx, group, new TrialTable(pool, group), durably,
                settings.concurrency() * Math.min(settings.maxBatch(), settings.maxQueueSize())
                        + OneByOne.room(settings.maxQueueSize()),
                pipeline::start);
        EventSpans spans = new EventSpans(node.traces(), group, provider.name());
        Effects guarded = works -> downstream.run(() -> LogScope.within(() -> Work.logFields(group, works),
                () -> spans.transaction(works, watching -> transaction.apply(works, watching))));
        Effects delivered = delivery != Delivery.AT_MOST_ONCE ? guarded
                : new CommittedFirst(context, next -> pollThread().commitAhead(next), guarded);
        Effects remembered = delivery == Delivery.AT_LEAST_ONCE ? delivered
                : new Unexpired(settings.inboxHorizon(), System::currentTimeMillis, delivered);
        BiConsumer<Work, Outcome> onSettled =
                (work, outcome) -> spans.onSettled(work, outcome, () -> meters.onSettled(work, outcome));
        // A handler whose own key tells repeats may have work to do for one.
        Effects effects = new StoredBodies(new LargeLetters(pool), downstream,
                provider.traits().identity() == NATURAL_KEY ? delivered : new Recognition(claims, remembered));
        pipeline.runWith(new BatchRun(vertx, group, effects, classifier, node.bus(), succession,
                OneByOne.room(settings.maxQueueSize()),
                onSettled.andThen(trials::onSettled)
                        .andThen((work, outcome) -> letters.onSettled(outcome, System.nanoTime())),
                work -> {
                    spans.onEnded(work);
                    pipeline.onEnded(work);
                }), downstream, succession, trials);
        this.purge = new InboxPurge(vertx, pool, group, settings.inboxHorizon(), InboxPurge.AGAIN);
        this.stopped = new StoppedPartitions(vertx, node.bus(), group,
                (partition, from) -> pollThread().resume(partition, from));
        this.pollThread = new PollThread(group, this::pollLoop, meters.restarts());
    }

    private PollThread pollThread() {
        return pollThread;
    }

    private Succession succession(Pool pool, Preserving lanes, Durably durably) {
        return subscription.sequences() != SequenceMode.STRICT ? lanes
                : new Strictly(vertx, pool, subscription.group(), lanes, new GapRows(subscription.group(),
                        subscription.ordering()), settings.gaps(), durably, pipeline::acceptAgain);
    }

    String group() {
        return subscription.group();
    }

    /** Its member's name in the group. */
    String instanceId() {
        return instanceId;
    }

    private Map<String, String> adminProperties() {
        return kafka.promptProperties(instanceId + "-admin");
    }

    private PollLoop pollLoop() {
        Consumer<byte[], byte[]> consumer = new KafkaConsumer<>(properties(), new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        Positions positions = new Positions(subscription.group(), consumer, new TopicIds(adminProperties()),
                () -> consumer.groupMetadata().generationId(), subscription.start());
        return new PollLoop(subscription.group(), consumer, positions,
                new Commits(subscription.group(), consumer, positions, meters::onCommitRefused), pipeline, settings,
                () -> budget, watch, meters)
                .subscribed(List.of(subscription.topic(), Topics.retryOf(subscription.topic())));
    }

    private Map<String, Object> properties() {
        Map<String, Object> properties = new HashMap<>(kafka.promptProperties(instanceId));
        if (settings.groupProtocol().equals("classic")) {
            properties.put("partition.assignment.strategy", settings.assignor().strategy());
        } else { // topic by topic: "uniform" may give one member the events and another nothing but retries
            properties.put("group.remote.assignor", "range");
        }
        properties.putAll(settings.kafka());
        properties.put("group.id", subscription.group());
        properties.put("group.instance.id", instanceId);
        properties.put("group.protocol", settings.groupProtocol());
        properties.put("enable.auto.commit", "false");
        properties.put("auto.offset.reset", "none");
        properties.put("isolation.level", "read_committed");
        properties.put("allow.auto.create.topics", "false");
        return properties;
    }

    /** On the event loop. */
    void start() {
        succession.start();
        purge.start();
        redis.open();
        pollThread.start();
        meters.add(this);
        pressing.start();
    }

    private void control() {
        long now = System.nanoTime();
        downstream.onTick(now);
        latencyMillis = downstream.calls().latencyMillis(now);
        FlowController.Decision decision = flow.onMeasured(new FlowController.Measured(latencyMillis,
                downstream.calls().failureRatio(now), Heap.liveRatio(), downstream.isOpen(),
                (double) pipeline.waiting() / settings.maxQueueSize(), pipeline.oldestWaitMillis(now)));
        budget = decision.budgetBytes();
        pressing.press(decision.pressure());
        stopped.are(pollThread.lost());
        pipeline.pump();
    }

    private void wake() {
        if (pollThread != null) {
            pollThread.wake();
        }
    }

    @Override
    public long budgetBytes() {
        return budget;
    }

    @Override
    public int queueDepth() {
        return pipeline.waiting();
    }

    @Override
    public int parked() {
        return succession.parked();
    }

    @Override
    public int overdue() {
        return succession.overdue();
    }

    @Override
    public int lettersLeft() {
        return letters.left();
    }

    @Override
    public double breakerOpenness() {
        return downstream.openness();
    }

    @Override
    public double pressure() {
        return pressing.now();
    }

    @Override
    public double latencySeconds() {
        return latencyMillis / 1_000;
    }

    @Override
    public double latencyLimitSeconds() {
        return flow.highLatencyMillis() / 1_000;
    }

    @Override
    public double stillSeconds() {
        return pollThread.stillForNanos() / 1e9;
    }

    /** What is wrong, for an operator. */
    Optional<String> fault() {
        String prefix = "group " + subscription.group() + ": ";
        if (pollThread.isRestarting()) {
            return Optional.of(prefix + "the poll loop has failed and starts again, see the log");
        }
        if (pollThread.stillForNanos() > settings.stillAfter().toNanos()) {
            return Optional.of(prefix + "the poll loop stands still");
        }
        if (letters.left() < 1) {
            return Optional.of(prefix + "its dead letters have used up their budget of " + settings.letterBudget()
                    + "; one a second goes on, the rest waits: mend the cause, see the newest letters");
        }
        return pollThread.lost().isEmpty() ? Optional.empty() : Optional.of(prefix + pollThread.lost().stream()
                .map(LostRange::toString).sorted().collect(Collectors.joining("; ")));
    }

    /** Why nothing is read on purpose. */
    Optional<String> pause() {
        return downstream.isOpen() ? Optional.of("the circuit breaker around PostgreSQL is open")
                : budget == 0 ? Optional.of("the prefetch budget is zero: the downstream fails or the heap is full")
                : pollThread.lost().isEmpty() ? Optional.empty()
                : Optional.of("offsets are lost, an operator must resume");
    }

    /**
     * What is still under way when the poll loop has ended is past its deadline: rolled back, uncommitted.
     *
     * @param membership from now on
     */
    Future<Void> stop(ConsumerSettings.Membership membership) {
        pressing.stop();
        purge.stop();
        meters.remove(this);
        stopped.are(List.of());
        return Future.fromCompletionStage(pollThread.stop(membership), vertx.getOrCreateContext())
                .compose(committed -> {
                    transactions.cutAll();
                    return pipeline.idle().timeout(LAST_RUNS_MILLIS, TimeUnit.MILLISECONDS).otherwiseEmpty();
                })
                .eventually(() -> membership == ConsumerSettings.Membership.LEFT ? leftForGood()
                        : Future.succeededFuture())
                .eventually(() -> {
                    succession.stop();
                    return handler.close();
                }).eventually(claims::close).eventually(pressure::leave)
                .eventually(redis::close);
    }

    private Future<Void> leftForGood() {
        return vertx.executeBlocking(() -> {
            OwnMembers.removeLeft(adminProperties(), group(), instanceId);
            return null;
        });
    }
}
