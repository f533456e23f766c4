package dev.sluice.consumer;

import dev.sluice.api.Handler;
import dev.sluice.api.HandlerProvider;
import dev.sluice.bus.Node;
import dev.sluice.config.KafkaSettings;
import dev.sluice.event.Outcome;
import dev.sluice.event.Topics;
import dev.sluice.failure.FailureClassifier;
import dev.sluice.metrics.Meter;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** One subscription in one consumer instance: its consumer, its queue, its budget, its breaker. */
final class SubscriptionRun {

    private static final long CONTROL_MILLIS = 500;
    private static final long STILL_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final Vertx vertx;
    private final Subscription subscription;
    private final Handler handler;
    private final Pipeline pipeline;
    private final PollLoop pollLoop;
    private final Downstream downstream;
    private final RecentCalls calls = new RecentCalls();
    private final FlowController flow;
    private final int maxQueueSize;
    private final Pool pool;
    private final Node node;
    private final Timer processing;
    private volatile long budget;
    private long controlTimer;

    SubscriptionRun(Vertx vertx, Context context, Subscription subscription, HandlerProvider provider, int index,
                    ConsumerSettings settings, FailureClassifier classifier, KafkaSettings kafka, Pool pool, Node node) {
        this.vertx = vertx;
        this.subscription = subscription;
        this.node = node;
        this.pool = pool;
        this.maxQueueSize = settings.maxQueueSize();
        this.handler = provider.create(new JsonObject(subscription.settings()));
        this.budget = settings.prefetchStart().bytes();
        this.flow = new FlowController(settings.prefetchMin().bytes(), budget, settings.prefetchMax().bytes());
        this.downstream = new Downstream(vertx, pool, subscription.group());
        this.processing = Meter.EVENT_PROCESSING_SECONDS.timer(node.meters(), subscription.group());
        String instanceId = node.name() + "-" + subscription.group() + "-" + index;
        TopicIds topicIds = new TopicIds(kafka.clientProperties(instanceId + "-admin"));
        OwnMembers.remove(kafka.clientProperties(instanceId + "-admin"), subscription.group(), instanceId);
        this.pipeline = new Pipeline(context, subscription.ordering(), settings, () -> wake());
        this.pollLoop = new PollLoop(subscription.group(), new KafkaConsumer<>(
                properties(settings, kafka, subscription.group(), instanceId), new ByteArrayDeserializer(),
                new ByteArrayDeserializer()), topicIds, pipeline, settings, () -> budget);
        EffectTransaction effects = new EffectTransaction(pool, handler, provider.traits(), subscription.group(),
                SequencePolicy.of(subscription.sequences(), subscription.group()), settings.handlerTimeout());
        pipeline.runWith(new BatchRun(vertx, subscription.group(), effects, downstream, calls, classifier, node.bus(),
                this::onSettled, pipeline::onEnded), downstream);
    }

    private static Map<String, Object> properties(ConsumerSettings settings, KafkaSettings kafka, String group,
                                                  String instanceId) {
        Map<String, Object> properties = new HashMap<>(kafka.clientProperties(instanceId));
        properties.putAll(settings.kafka());
        properties.put("group.id", group);
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
        pollLoop.subscribe(List.of(subscription.topic(), Topics.retryOf(subscription.topic())));
        new Thread(pollLoop, "sluice-poll-" + subscription.group()).start();
        String group = subscription.group();
        Meter.CONSUMER_FETCH_SIZE_DYNAMIC.gauge(node.meters(), () -> budget, group);
        Meter.CONSUMER_QUEUE_DEPTH.gauge(node.meters(), pipeline::waiting, group);
        Meter.CIRCUIT_BREAKER_OPEN.gauge(node.meters(), () -> downstream.isOpen() ? 1 : 0, "postgres", group);
        controlTimer = vertx.setPeriodic(CONTROL_MILLIS, timer -> control());
    }

    private void control() {
        long now = System.nanoTime();
        if (calls.calls(now) == 0) {
            RecentCalls.Call probe = calls.onStarted(now);
            pool.query("SELECT 1").execute().onComplete(answer ->
                    calls.onEnded(probe, System.nanoTime(), answer.failed()));
        }
        MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        budget = flow.onMeasured(new FlowController.Measured(calls.latencyMillis(now), calls.failureRatio(now),
                (double) heap.getUsed() / heap.getMax(), downstream.isOpen(),
                (double) pipeline.waiting() / maxQueueSize, 0)).budgetBytes();
        wake();
    }

    private void wake() {
        if (pollLoop != null) {
            pollLoop.wake();
        }
    }

    private void onSettled(Work work, Outcome outcome) {
        Meter.EVENTS_PROCESSED_TOTAL.counter(node.meters(), subscription.group(), outcome.column()).increment();
        processing.record(System.nanoTime() - work.polledNanos(), TimeUnit.NANOSECONDS);
    }

    /** What is wrong, for an operator. */
    Optional<String> fault() {
        if (pollLoop.hasEnded()) {
            return Optional.of("group " + subscription.group() + ": the poll loop has ended, see the log");
        }
        return pollLoop.stillForNanos() > STILL_NANOS
                ? Optional.of("group " + subscription.group() + ": the poll loop stands still") : Optional.empty();
    }

    Future<Void> stop() {
        vertx.cancelTimer(controlTimer);
        return Future.fromCompletionStage(pollLoop.stop(), vertx.getOrCreateContext())
                .eventually(handler::close);
    }
}
