package dev.sluice.lag;

import dev.sluice.bus.LagReport;
import dev.sluice.bus.LagReport.PartitionLag;
import dev.sluice.bus.LagReport.TopicLag;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/** Turns readings into a report, and remembers what verdicts and ages need. What is no longer read is forgotten. Pure. */
final class LagBook {

    /** The same topic of the same name, not one created anew. */
    private record Part(String topicId, int partition) {
    }

    private record Share(String group, Part part) {
    }

    /** All that is known beside the offsets at one moment. */
    record Circumstances(Map<OldestUnread.Place, OldestUnread.Found> oldest, Map<ParkedCount.Of, Long> parked,
                         Map<String, String> pauses, long nowMillis) {
    }

    private final long trendMillis;
    private final Map<Part, EndHistory> ends = new HashMap<>();
    private final Map<Share, PartitionHistory> histories = new HashMap<>();
    private final Map<List<String>, DrainPace> paces = new HashMap<>();

    LagBook(long trendMillis) {
        this.trendMillis = trendMillis;
    }

    LagReport onSampled(List<PartitionReading> readings, Circumstances known) {
        Set<Part> parts = new HashSet<>();
        Set<Share> shares = new HashSet<>();
        for (PartitionReading reading : readings) {
            Part part = new Part(reading.topicId(), reading.partition());
            if (parts.add(part)) {
                ends.computeIfAbsent(part, first -> new EndHistory()).onSampled(known.nowMillis(), reading.end());
            }
            Share share = new Share(reading.group(), part);
            shares.add(share);
            histories.computeIfAbsent(share, first -> new PartitionHistory(trendMillis))
                    .onSampled(reading.next(), LagCalculator.outstanding(reading), known.nowMillis());
        }
        ends.keySet().retainAll(parts);
        histories.keySet().retainAll(shares);
        long parked = known.parked().values().stream().mapToLong(Long::longValue).sum();
        long unread = readings.stream().mapToLong(LagCalculator::outstanding).sum();
        return new LagReport(readings.stream().map(reading -> lag(reading, known)).toList(),
                topics(readings, known.nowMillis()), parked, unread + parked, known.nowMillis());
    }

    private PartitionLag lag(PartitionReading reading, Circumstances known) {
        Part part = new Part(reading.topicId(), reading.partition());
        Optional<OldestUnread.Found> oldest =
                Optional.ofNullable(known.oldest().get(OldestUnread.Place.of(reading)));
        long parked = known.parked().getOrDefault(
                new ParkedCount.Of(reading.group(), reading.topic(), reading.partition()), 0L);
        VerdictRule.Judgement judgement = VerdictRule.judge(reading, histories.get(new Share(reading.group(), part)),
                reading.member().map(known.pauses()::get),
                oldest.map(OldestUnread.Found::dueMillis).orElse(OptionalLong.empty()), parked, known.nowMillis());
        return new PartitionLag(reading.group(), reading.topic(), reading.partition(), reading.committed(), reading.low(),
                reading.end(), LagCalculator.lag(reading), seconds(reading, oldest, ends.get(part), known.nowMillis()),
                parked, judgement.verdict(), judgement.reason());
    }

    /** By the record's own timestamp; where that was not read, by when the end passed it. */
    private static OptionalDouble seconds(PartitionReading reading, Optional<OldestUnread.Found> oldest, EndHistory ends,
                                          long nowMillis) {
        if (reading.committed().isEmpty() || LagCalculator.outstanding(reading) == 0) {
            return reading.committed().isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(0);
        }
        return OptionalDouble.of(oldest.map(found -> Math.max(0, nowMillis - found.timestamp()) / 1000.0)
                .orElseGet(() -> ends.ageOf(reading.next(), nowMillis)));
    }

    private List<TopicLag> topics(List<PartitionReading> readings, long nowMillis) {
        Map<List<String>, List<PartitionReading>> byTopic = new TreeMap<>((a, b) -> a.toString().compareTo(b.toString()));
        readings.forEach(reading -> byTopic.computeIfAbsent(List.of(reading.group(), reading.topic()),
                first -> new ArrayList<>()).add(reading));
        paces.keySet().retainAll(byTopic.keySet());
        List<TopicLag> topics = new ArrayList<>();
        byTopic.forEach((key, of) -> {
            long lag = of.stream().mapToLong(LagCalculator::outstanding).sum();
            DrainPace pace = paces.computeIfAbsent(key, first -> new DrainPace());
            pace.onSampled(lag, nowMillis);
            topics.add(new TopicLag(key.get(0), key.get(1), lag, pace.seconds(), of.size(),
                    (int) of.stream().flatMap(reading -> reading.member().stream()).distinct().count()));
        });
        return topics;
    }
}
