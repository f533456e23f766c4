package dev.sluice.lag;

import dev.sluice.bus.GroupLoad;
import dev.sluice.bus.LagReport;
import dev.sluice.bus.LagReport.TopicLag;
import dev.sluice.bus.ScalingReport;
import dev.sluice.bus.ScalingReport.GroupScaling;
import dev.sluice.metrics.Meter;
import io.micrometer.core.instrument.MeterRegistry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** What each group's {@link ScalingRule} says to each lag report, as a metric and for whoever asks. For one context. */
final class ScalingSignal {

    private static final long HOLDS_NANOS = Duration.ofSeconds(10).toNanos();

    private record Heard(GroupLoad load, long nanos) {
    }

    private final MeterRegistry registry;
    private final Map<String, ScalingRule> rules = new HashMap<>();
    private final Map<String, Heard> loads = new HashMap<>();
    private final Map<String, Integer> wanted = new ConcurrentHashMap<>();
    private ScalingReport last = new ScalingReport(List.of());

    ScalingSignal(MeterRegistry registry) {
        this.registry = registry;
    }

    void onHeard(GroupLoad load, long nowNanos) {
        loads.put(load.member(), new Heard(load, nowNanos));
    }

    void onSampled(LagReport report, long nowNanos) {
        loads.values().removeIf(heard -> nowNanos - heard.nanos() > HOLDS_NANOS);
        Map<String, List<TopicLag>> byGroup = new TreeMap<>();
        report.topics().forEach(topic -> byGroup.computeIfAbsent(topic.group(), first -> new ArrayList<>()).add(topic));
        List<GroupScaling> groups = new ArrayList<>();
        byGroup.forEach((group, topics) -> groups.add(judge(group, topics, report.sampledAtMillis())));
        rules.keySet().retainAll(byGroup.keySet());
        last = new ScalingReport(groups);
    }

    private GroupScaling judge(String group, Collection<TopicLag> topics, long nowMillis) {
        List<GroupLoad> told = loads.values().stream().map(Heard::load).filter(load -> load.group().equals(group)).toList();
        ScalingRule.Seen seen = new ScalingRule.Seen(topics.stream().mapToLong(TopicLag::lag).sum(),
                topics.stream().mapToInt(TopicLag::members).max().orElse(0),
                topics.stream().mapToInt(TopicLag::partitions).max().orElse(1),
                told.stream().anyMatch(GroupLoad::breakerOpen),
                told.stream().anyMatch(GroupLoad::downstreamSlow));
        ScalingRule.Wanted says = rules.computeIfAbsent(group, first -> new ScalingRule()).onSampled(seen, nowMillis);
        if (wanted.put(group, says.instances()) == null) {
            Meter.CONSUMER_INSTANCES_WANTED.gauge(registry, () -> wanted.get(group), group);
        }
        return new GroupScaling(group, seen.lag(), ScalingRule.TARGET, seen.instances(), says.instances(),
                seen.partitions(), says.reason());
    }

    ScalingReport last() {
        return last;
    }
}
