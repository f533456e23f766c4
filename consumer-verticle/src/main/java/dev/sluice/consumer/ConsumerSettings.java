package dev.sluice.consumer;

import dev.sluice.config.ByteSize;
import dev.sluice.config.InvalidSetting;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * How consumer instances work.
 *
 * @param maxQueueSize    events polled and not started, per subscription and instance
 * @param concurrency     transactions under way at once, per subscription and instance
 * @param maxBatch        events of one transaction
 * @param batchTime       what the events of one transaction may add to the time that it takes by itself
 * @param maxParked       events that may wait behind a failed one of their key
 * @param letterBudget    dead letters in a row before a group stops, see {@link LetterBudget}
 * @param prefetchMin     least prefetch budget above zero, in bytes of records
 * @param revocationDrain how long a revoked partition may finish what is under way
 * @param stopDeadline    the same when the process stops
 * @param handlerTimeout  longest run of a handler
 * @param commitInterval  time between two commits of a partition that moves
 * @param stillAfter      without a turn of its poll loop for so long an instance is ill
 * @param groupProtocol   {@code consumer} (KIP-848) or {@code classic}
 * @param assignor        of the classic protocol
 * @param membership      what becomes of an instance's place in its groups when it stops
 * @param claims          who may work on an event, told between instances through Redis
 * @param inboxHorizon    how long an event's identity is remembered
 * @param gaps            what waits for a missing event of its entity
 * @param kafka           further settings of the consumer, by Kafka's names
 */
public record ConsumerSettings(List<Subscription> subscriptions, int maxQueueSize, int concurrency, int maxBatch,
                               Duration batchTime, int maxParked, int letterBudget, ByteSize prefetchMin, ByteSize prefetchMax,
                               ByteSize prefetchStart, Duration revocationDrain, Duration stopDeadline,
                               Duration handlerTimeout, Duration commitInterval, Duration stillAfter,
                               String groupProtocol, Assignor assignor, Membership membership, Claims.Mode claims,
                               Duration inboxHorizon, GapSettings gaps, Map<String, String> kafka) {

    /** Settings of Kafka's client that would break a promise. */
    private static final Set<String> NOT_YOURS = Set.of("enable.auto.commit", "auto.offset.reset", "isolation.level",
            "group.id", "group.instance.id", "key.deserializer", "value.deserializer", "bootstrap.servers");

    /** What a stop means for the group. */
    public enum Membership {
        /** A restart: the partitions wait for the same instance until the session ends, and none moves. */
        KEPT,
        /** Gone for good: the partitions go to others at once. */
        LEFT
    }

    public ConsumerSettings {
        batchTime = batchTime == null ? BatchSize.USUAL : batchTime;
        membership = membership == null ? Membership.KEPT : membership;
        gaps = gaps == null ? GapSettings.STANDARD : gaps;
        assignor = assignor == null ? Assignor.COOPERATIVE_STICKY : assignor;
        inboxHorizon = inboxHorizon == null ? Duration.ofDays(35) : inboxHorizon;
        InvalidSetting.unless(inboxHorizon.toMillis() > 0, "consumer.inbox-horizon", inboxHorizon, "above 0ms");
        claims = claims == null ? Claims.Mode.LEASE : claims;
        InvalidSetting.unless(subscriptions.stream().allMatch(Objects::nonNull), "consumer.subscriptions[]", "nothing",
                "a group, a topic and a handler each");
        subscriptions = List.copyOf(subscriptions);
        Set<String> groups = new HashSet<>();
        for (Subscription subscription : subscriptions) {
            InvalidSetting.unless(groups.add(subscription.group()), "consumer.subscriptions[].group",
                    subscription.group(), "each group once: a group's offsets and marks belong to one subscription");
        }
        InvalidSetting.unless(maxQueueSize >= 10 && maxQueueSize <= 1_000_000, "consumer.max-queue-size", maxQueueSize,
                "10 to 1000000");
        InvalidSetting.unless(concurrency >= 1 && concurrency <= 64, "consumer.concurrency", concurrency, "1 to 64");
        InvalidSetting.unless(maxBatch >= 1 && maxBatch <= 10_000, "consumer.max-batch", maxBatch, "1 to 10000");
        InvalidSetting.unless(batchTime.toMillis() >= 1 && batchTime.toMillis() <= 1_000, "consumer.batch-time", batchTime,
                "1ms to 1s");
        InvalidSetting.unless(maxParked >= 1 && maxParked <= 10_000_000, "consumer.max-parked", maxParked,
                "1 to 10000000");
        InvalidSetting.unless(letterBudget >= 1, "consumer.letter-budget", letterBudget, "at least 1");
        InvalidSetting.unless(prefetchMin.bytes() >= 1024, "consumer.prefetch-min", prefetchMin, "at least 1KiB");
        InvalidSetting.unless(prefetchMax.bytes() >= prefetchMin.bytes(), "consumer.prefetch-max", prefetchMax,
                "at least prefetch-min");
        InvalidSetting.unless(prefetchStart.bytes() >= prefetchMin.bytes()
                        && prefetchStart.bytes() <= prefetchMax.bytes(), "consumer.prefetch-start", prefetchStart,
                "between prefetch-min and prefetch-max");
        InvalidSetting.unless(handlerTimeout.toMillis() > 0, "consumer.handler-timeout", handlerTimeout, "above 0ms");
        InvalidSetting.unless(revocationDrain.compareTo(handlerTimeout) > 0, "consumer.revocation-drain",
                revocationDrain, "longer than handler-timeout, so that a running handler ends within it");
        InvalidSetting.unless(stopDeadline.toMillis() > 0, "consumer.stop-deadline", stopDeadline, "above 0ms");
        InvalidSetting.unless(commitInterval.toMillis() > 0, "consumer.commit-interval", commitInterval, "above 0ms");
        InvalidSetting.unless(stillAfter.toMillis() >= 1_000, "consumer.still-after", stillAfter, "1s or more");
        InvalidSetting.unless(groupProtocol.equals("consumer") || groupProtocol.equals("classic"),
                "consumer.group-protocol", groupProtocol, "consumer, classic");
        kafka = Map.copyOf(kafka);
        for (String key : kafka.keySet()) {
            InvalidSetting.unless(!NOT_YOURS.contains(key), "consumer.kafka", key, "anything but " + NOT_YOURS);
        }
        long maxPoll = Long.parseLong(kafka.getOrDefault("max.poll.interval.ms", "600000"));
        InvalidSetting.unless(revocationDrain.toMillis() * 4 <= maxPoll, "consumer.revocation-drain", revocationDrain,
                "at most a quarter of max.poll.interval.ms (" + maxPoll + "), after which the partition is another's");
    }
}
