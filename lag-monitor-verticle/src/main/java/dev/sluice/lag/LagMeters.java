package dev.sluice.lag;

import dev.sluice.bus.LagReport;
import dev.sluice.bus.LagReport.PartitionLag;
import dev.sluice.metrics.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.shareddata.LocalMap;
import io.vertx.core.shareddata.Shareable;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The newest report as gauges, each registered once in a node. A partition without a commit has no lag to show; what is
 * not in the newest report shows NaN, no value. Any thread.
 */
final class LagMeters implements Shareable {

    private record Key(Meter meter, List<String> labels) {
    }

    private final MeterRegistry registry;
    private final Map<Key, Double> values = new ConcurrentHashMap<>();

    LagMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    /** The node's one, whichever of its monitors samples. */
    static LagMeters of(Vertx vertx, MeterRegistry registry) {
        LocalMap<String, LagMeters> all = vertx.sharedData().getLocalMap("sluice.lag.meters");
        return all.computeIfAbsent("lag", name -> new LagMeters(registry));
    }

    void onSampled(LagReport report) {
        Set<Key> shown = new HashSet<>();
        Map<List<String>, Long> byTopic = new HashMap<>();
        for (PartitionLag partition : report.partitions()) {
            List<String> labels = List.of(partition.group(), partition.topic(), Integer.toString(partition.partition()));
            partition.lag().ifPresent(lag -> {
                show(shown, Meter.KAFKA_CONSUMER_GROUP_LAG, labels, lag);
                byTopic.merge(List.of(partition.group(), partition.topic()), lag, Long::sum);
            });
            partition.seconds().ifPresent(seconds -> show(shown, Meter.KAFKA_CONSUMER_LAG_SECONDS, labels, seconds));
            show(shown, Meter.KAFKA_CONSUMER_VERDICT, labels, partition.verdict().ordinal());
        }
        byTopic.forEach((labels, lag) -> show(shown, Meter.KAFKA_CONSUMER_LAG, labels, lag));
        report.topics().forEach(topic -> topic.drainSeconds().ifPresent(seconds ->
                show(shown, Meter.KAFKA_CONSUMER_DRAIN_SECONDS, List.of(topic.group(), topic.topic()), seconds)));
        values.replaceAll((key, value) -> shown.contains(key) ? value : Double.NaN);
    }

    /** What was known is no longer true, or another node tells it now. */
    void showNothing() {
        values.replaceAll((key, value) -> Double.NaN);
    }

    private void show(Set<Key> shown, Meter meter, List<String> labels, double value) {
        Key key = new Key(meter, labels);
        shown.add(key);
        if (values.put(key, value) == null) {
            meter.gauge(registry, () -> values.getOrDefault(key, Double.NaN), labels.toArray(new String[0]));
        }
    }
}
