package dev.sluice.dlq;

import dev.sluice.event.Topics;
import dev.sluice.metrics.Meter;
import io.micrometer.core.instrument.MeterRegistry;

import java.time.Clock;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts what was routed: one of these for all instances of a process, for a registry knows each gauge once. Any thread. */
final class RouteMeters {

    private final MeterRegistry registry;
    private final Clock clock;
    private final Map<LetterClass, HourlyCount> lettersPerHour = new ConcurrentHashMap<>();
    private final Map<String, LongAdder> poison = new ConcurrentHashMap<>();

    private record LetterClass(String group, String errorType) {
    }

    RouteMeters(MeterRegistry registry, Clock clock) {
        this.registry = registry;
        this.clock = clock;
    }

    void onRetryWritten(String group, Route.Retry retry) {
        Meter.DLQ_ROUTED_TOTAL.counter(registry, group, retry.errorType(), retry.topic()).increment();
    }

    void onLetterWritten(String group, Route.Letter letter) {
        Meter.DLQ_ROUTED_TOTAL.counter(registry, group, letter.errorType(), letter.topic()).increment();
        lettersPerHour.computeIfAbsent(new LetterClass(group, letter.errorType()), this::countPerHour).add(clock.millis());
        if (letter.topic().equals(Topics.DLQ_POISON)) {
            poison.computeIfAbsent(group, this::countPoison).increment();
        }
    }

    private HourlyCount countPerHour(LetterClass of) {
        HourlyCount count = new HourlyCount();
        Meter.DLQ_MESSAGES_PER_HOUR.gauge(registry, () -> count.total(clock.millis()), of.group(), of.errorType());
        return count;
    }

    private LongAdder countPoison(String group) {
        LongAdder count = new LongAdder();
        Meter.POISON_PILL_COUNT.gauge(registry, count::sum, group);
        return count;
    }
}
