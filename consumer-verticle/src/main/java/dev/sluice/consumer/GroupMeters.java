package dev.sluice.consumer;

import dev.sluice.event.Outcome;
import dev.sluice.metrics.Meter;
import dev.sluice.metrics.RecentShare;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Vertx;
import io.vertx.core.shareddata.LocalMap;
import io.vertx.core.shareddata.Shareable;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToDoubleFunction;

/** What a node tells of one group, over all of the group's instances on it. Any thread. */
final class GroupMeters implements Shareable, PollLoop.Listener {

    /** What one instance shows. Asked from any thread. */
    interface Instance {
        long budgetBytes();

        int queueDepth();

        /** Events in {@code parked_events} that it knows of. */
        int parked();

        /** Of these, what has waited too long for a missing event of its entity. */
        int overdue();

        /** Dead letters before it stops. */
        int lettersLeft();

        /** 0 to 1. */
        double breakerOpenness();

        /** 0 to 1. */
        double pressure();

        /** NaN when nothing was measured. */
        double latencySeconds();

        /** Above it the downstream is slow. */
        double latencyLimitSeconds();

        /** Since the poll loop's last turn. */
        double stillSeconds();
    }

    private final MeterRegistry registry;
    private final String group;
    private final List<Instance> instances = new CopyOnWriteArrayList<>();
    private final RecentShare failures = new RecentShare();
    private final RecentShare repeatsWithoutPostgres = new RecentShare();
    private final AtomicLong repeats = new AtomicLong();
    /** Looking a counter up in the registry costs as much as all else here. */
    private final Map<Outcome, Counter> processed = new EnumMap<>(Outcome.class);
    private final Timer processing;
    private final RecentLatencies recent = new RecentLatencies(System.nanoTime());

    private GroupMeters(MeterRegistry registry, String group) {
        this.registry = registry;
        this.group = group;
        this.processing = Meter.EVENT_PROCESSING_SECONDS.timer(registry, group);
        Meter.CONSUMER_FETCH_SIZE_DYNAMIC.gauge(registry, () -> sum(Instance::budgetBytes), group);
        Meter.CONSUMER_POLL_STILL_SECONDS.gauge(registry, () -> greatest(Instance::stillSeconds, Double.NaN), group);
        Meter.CONSUMER_QUEUE_DEPTH.gauge(registry, () -> sum(Instance::queueDepth), group);
        Meter.CONSUMER_LETTER_BUDGET.gauge(registry, () -> sum(Instance::lettersLeft), group);
        Meter.CONSUMER_PARKED_EVENTS.gauge(registry, () -> sum(Instance::parked), group);
        Meter.CONSUMER_OVERDUE_GAPS.gauge(registry, () -> sum(Instance::overdue), group);
        Meter.CIRCUIT_BREAKER_OPEN.gauge(registry, () -> greatest(Instance::breakerOpenness, 0), "postgres", group);
        Meter.CONSUMER_PRESSURE.gauge(registry, () -> greatest(Instance::pressure, 0), group);
        Meter.DOWNSTREAM_LATENCY.gauge(registry, () -> greatest(Instance::latencySeconds, Double.NaN), group);
        Meter.DOWNSTREAM_LATENCY_LIMIT.gauge(registry, () -> greatest(Instance::latencyLimitSeconds, Double.NaN), group);
        Meter.CONSUMER_PROCESSING_LATENCY_P99.gauge(registry, this::p99Seconds, group);
        Meter.CONSUMER_ERROR_RATE.gauge(registry, () -> zeroForNothing(failures.ratio(System.nanoTime())), group);
        countFromZero();
        Meter.DUPLICATE_DETECTION_COUNT.gauge(registry, repeats::get, group);
        Meter.IDEMPOTENCY_CACHE_HIT_RATE.gauge(registry, () -> repeatsWithoutPostgres.ratio(System.nanoTime()), group);
    }

    /** A counter that appears with its first event has not risen, for Prometheus. */
    private void countFromZero() {
        for (Outcome outcome : Outcome.values()) {
            processed.put(outcome, Meter.EVENTS_PROCESSED_TOTAL.counter(registry, group, outcome.column()));
        }
        Meter.BACKPRESSURE_TRIGGERED_TOTAL.counter(registry, group);
        Meter.CONSUMER_REBALANCES_TOTAL.counter(registry, group, "revoked");
        Meter.CONSUMER_REBALANCES_TOTAL.counter(registry, group, "lost");
    }

    /** The node's one for the group: one Vert.x is one node. */
    static GroupMeters of(Vertx vertx, MeterRegistry registry, String group) {
        LocalMap<String, GroupMeters> all = vertx.sharedData().getLocalMap("sluice.consumer.meters");
        return all.computeIfAbsent(group, name -> new GroupMeters(registry, name));
    }

    void add(Instance instance) {
        instances.add(instance);
    }

    void remove(Instance instance) {
        instances.remove(instance);
    }

    void onSettled(Work work, Outcome outcome) {
        long now = System.nanoTime();
        long nanos = now - work.polledNanos();
        processed.get(outcome).increment();
        processing.record(nanos, TimeUnit.NANOSECONDS);
        recent.add(now, nanos);
        failures.add(now, outcome == Outcome.RETRYING || outcome == Outcome.DEAD);
        if (outcome == Outcome.DUPLICATE) {
            repeats.incrementAndGet();
            repeatsWithoutPostgres.add(now, work.isRecognised());
        }
    }

    /** An instance begins to press. */
    void onPressing() {
        onPaused();
    }

    @Override
    public void onPaused() {
        Meter.BACKPRESSURE_TRIGGERED_TOTAL.counter(registry, group).increment();
    }

    void onCommitRefused(Throwable error) {
        Meter.CONSUMER_COMMIT_FAILURES_TOTAL.counter(registry, group, error.getClass().getSimpleName()).increment();
    }

    Counter restarts() {
        return Meter.CONSUMER_POLL_RESTARTS_TOTAL.counter(registry, group);
    }

    @Override
    public void onRevoked() {
        Meter.CONSUMER_REBALANCES_TOTAL.counter(registry, group, "revoked").increment();
    }

    @Override
    public void onLost() {
        Meter.CONSUMER_REBALANCES_TOTAL.counter(registry, group, "lost").increment();
    }

    private double sum(ToDoubleFunction<Instance> figure) {
        return instances.stream().mapToDouble(figure).sum();
    }

    private double greatest(ToDoubleFunction<Instance> figure, double otherwise) {
        return instances.stream().mapToDouble(figure).filter(value -> !Double.isNaN(value)).max().orElse(otherwise);
    }

    private double p99Seconds() {
        return recent.percentile(System.nanoTime(), 0.99);
    }

    private static double zeroForNothing(double ratio) {
        return Double.isNaN(ratio) ? 0 : ratio;
    }
}
