package dev.sluice.lag;

import dev.sluice.bus.LagReport;
import dev.sluice.bus.LagReport.PartitionLag;
import dev.sluice.metrics.Meter;
import io.micrometer.core.instrument.MeterRegistry;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The newest sample as gauges, each registered once. A partition without a commit, or not in the sample, shows NaN. */
final class LagMeters {

    private record Key(Meter meter, List<String> labels) {
    }

    private final MeterRegistry registry;
    private final Map<Key, Double> values = new ConcurrentHashMap<>();
    private final Map<List<Object>, EndHistory> ends = new HashMap<>();

    LagMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    void onSampled(LagReport report) {
        Set<Key> shown = new HashSet<>();
        Map<List<String>, Double> byTopic = new HashMap<>();
        for (PartitionLag partition : report.partitions()) {
            EndHistory history = ends.computeIfAbsent(List.of(partition.group(), partition.topic(), partition.partition()),
                    first -> new EndHistory());
            history.onSampled(report.sampledAtMillis(), partition.end());
            if (partition.lag().isPresent()) {
                List<String> labels = List.of(partition.group(), partition.topic(), Integer.toString(partition.partition()));
                double lag = partition.lag().getAsLong();
                show(shown, Meter.KAFKA_CONSUMER_GROUP_LAG, labels, lag);
                show(shown, Meter.KAFKA_CONSUMER_LAG_SECONDS, labels, seconds(partition, history, report.sampledAtMillis()));
                byTopic.merge(List.of(partition.group(), partition.topic()), lag, Double::sum);
            }
        }
        byTopic.forEach((labels, lag) -> show(shown, Meter.KAFKA_CONSUMER_LAG, labels, lag));
        values.replaceAll((key, value) -> shown.contains(key) ? value : Double.NaN);
    }

    /** What was known is no longer true. */
    void onSampleFailed() {
        values.replaceAll((key, value) -> Double.NaN);
    }

    private static double seconds(PartitionLag partition, EndHistory history, long nowMillis) {
        return partition.lag().orElse(0) == 0 ? 0
                : history.ageOf(Math.max(partition.committed().orElse(0), partition.low()), nowMillis);
    }

    private void show(Set<Key> shown, Meter meter, List<String> labels, double value) {
        Key key = new Key(meter, labels);
        shown.add(key);
        if (values.put(key, value) == null) {
            meter.gauge(registry, () -> values.getOrDefault(key, Double.NaN), labels.toArray(new String[0]));
        }
    }
}
