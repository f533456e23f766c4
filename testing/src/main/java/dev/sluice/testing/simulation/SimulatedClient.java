package dev.sluice.testing.simulation;

import dev.sluice.testing.simulation.Coordinator.Membership;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a {@code KafkaConsumer} does for its one thread: fetches what is not paused, runs the rebalance callbacks inside
 * {@code poll}, sends commits in order and tells of them later.
 */
final class SimulatedClient {

    private record Commit(Map<TopicPartition, OffsetAndMetadata> offsets, OffsetCommitCallback callback) {
    }

    private final World world;
    private final SimulatedNode node;
    private final Consumer<byte[], byte[]> consumer;
    private final Set<TopicPartition> assignment = new LinkedHashSet<>();
    private final Set<TopicPartition> paused = new LinkedHashSet<>();
    private final Map<TopicPartition, Long> positions = new HashMap<>();
    private final Deque<Commit> sent = new ArrayDeque<>();
    private final List<Runnable> answers = new ArrayList<>();
    private ConsumerRebalanceListener listener;
    private Membership membership;
    private boolean broken;
    private boolean closed;

    SimulatedClient(World world, SimulatedNode node) {
        this.world = world;
        this.node = node;
        this.consumer = new Fake("consumer of " + node)
                .on("subscribe", arguments -> subscribe((ConsumerRebalanceListener) arguments[1]))
                .on("assignment", arguments -> Set.copyOf(assignment))
                .on("paused", arguments -> new LinkedHashSet<>(paused))
                .on("pause", arguments -> paused.addAll(partitions(arguments[0])))
                .on("resume", arguments -> paused.removeAll(partitions(arguments[0])))
                .on("poll", arguments -> poll())
                .on("position", arguments -> position((TopicPartition) arguments[0]))
                .on("committed", arguments -> committed(partitions(arguments[0])))
                .on("seekToBeginning", arguments -> seekToBeginning(partitions(arguments[0])))
                .on("commitAsync", arguments -> send(offsets(arguments[0]), (OffsetCommitCallback) arguments[1]))
                .on("commitSync", arguments -> commitSync(offsets(arguments[0])))
                .on("close", arguments -> close())
                .as(Consumer.class);
    }

    Consumer<byte[], byte[]> consumer() {
        return consumer;
    }

    Membership membership() {
        return membership;
    }

    Set<TopicPartition> assignment() {
        return assignment;
    }

    /** The next poll throws what nobody expects. */
    void breakDown() {
        broken = true;
    }

    private Object subscribe(ConsumerRebalanceListener toTell) {
        listener = toTell;
        membership = world.coordinator().join(node.name());
        return null;
    }

    private ConsumerRecords<byte[], byte[]> poll() {
        if (broken) {
            broken = false;
            world.count("poll loops that broke");
            throw new KafkaException("simulated: not to be expected");
        }
        runAnswers();
        if (world.broker().isAway()) {
            return ConsumerRecords.empty();
        }
        if (membership.isFenced() && world.schedule().chance(0.3)) {
            onFenced();
        } else if (!membership.isFenced() && world.schedule().chance(0.7)) {
            reconcile();
        }
        return fetch();
    }

    private void onFenced() {
        Set<TopicPartition> lost = new LinkedHashSet<>(assignment);
        if (!lost.isEmpty()) {
            world.count("losses");
            world.trace("%s has lost %s", node, lost);
            world.guarantees().onLost(node);
            listener.onPartitionsLost(lost);
            forget(lost);
        }
        sent.clear();
        membership = world.coordinator().join(node.name());
    }

    private void reconcile() {
        Set<TopicPartition> revoke = world.coordinator().toRevoke(membership);
        if (!revoke.isEmpty()) {
            world.count("revocations");
            world.trace("%s is to give up %s", node, revoke);
            int late = world.counts().getOrDefault("drains that ran out of time", 0);
            listener.onPartitionsRevoked(revoke);
            if (!membership.isFenced() && late == world.counts().getOrDefault("drains that ran out of time", 0)) {
                world.guarantees().onGivenUp(node, revoke);
            }
            flush();
            forget(revoke);
            if (!membership.isFenced()) {
                world.coordinator().onGivenUp(membership, revoke);
            }
            return;
        }
        Set<TopicPartition> given = world.coordinator().toAssign(membership);
        if (!given.isEmpty()) {
            world.coordinator().onAssigned(membership, given);
            assignment.addAll(given);
            world.trace("%s gets %s", node, given);
            world.guarantees().onAssigned(node, given);
            listener.onPartitionsAssigned(given);
        }
    }

    private void forget(Set<TopicPartition> partitions) {
        assignment.removeAll(partitions);
        paused.removeAll(partitions);
        positions.keySet().removeAll(partitions);
    }

    private ConsumerRecords<byte[], byte[]> fetch() {
        int room = 1 + world.schedule().draw(6);
        Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> fetched = new LinkedHashMap<>();
        List<TopicPartition> order = new ArrayList<>(assignment);
        int first = order.isEmpty() ? 0 : world.schedule().draw(order.size());
        for (int i = 0; i < order.size(); i++) {
            TopicPartition partition = order.get((first + i) % order.size());
            if (paused.contains(partition)) {
                continue;
            }
            Log log = world.broker().log(partition);
            long position = position(partition);
            List<ConsumerRecord<byte[], byte[]>> records = log.records();
            int from = log.indexOf(position);
            int to = Math.min(records.size(), from + room);
            if (from < to) {
                room -= to - from;
                fetched.put(partition, List.copyOf(records.subList(from, to)));
                positions.put(partition, records.get(to - 1).offset() + 1);
            }
            if (to == records.size()) {
                positions.put(partition, log.end());
            }
        }
        node.onPolled(!fetched.isEmpty());
        return new ConsumerRecords<>(fetched, Map.of());
    }

    private long position(TopicPartition partition) {
        if (!assignment.contains(partition)) {
            throw new IllegalStateException("You can only check the position for partitions assigned to this consumer.");
        }
        askKafka();
        Long known = positions.get(partition);
        if (known == null) {
            known = world.broker().committed(partition);
            if (known == null) {
                throw new NoOffsetForPartitionException(partition);
            }
            positions.put(partition, known);
        }
        return known;
    }

    private Map<TopicPartition, OffsetAndMetadata> committed(Collection<TopicPartition> partitions) {
        askKafka();
        Map<TopicPartition, OffsetAndMetadata> all = new HashMap<>();
        for (TopicPartition partition : partitions) {
            Long offset = world.broker().committed(partition);
            all.put(partition, offset == null ? null : new OffsetAndMetadata(offset, "clean"));
        }
        return all;
    }

    private void askKafka() {
        if (world.broker().isAway()) {
            world.count("questions that Kafka did not answer");
            throw new TimeoutException("simulated");
        }
    }

    private Object seekToBeginning(Collection<TopicPartition> partitions) {
        partitions.forEach(partition -> positions.put(partition, 0L));
        return null;
    }

    private Object send(Map<TopicPartition, OffsetAndMetadata> offsets, OffsetCommitCallback callback) {
        sent.add(new Commit(offsets, callback));
        world.schedule().after(world.schedule().draw(0, 20 * Schedule.MILLI), null, this::arriveOne);
        return null;
    }

    private void arriveOne() {
        Commit commit = sent.poll();
        if (commit != null) {
            Exception error = apply(commit.offsets());
            answers.add(() -> commit.callback().onComplete(commit.offsets(), error));
            node.wake();
        }
    }

    /** A connection keeps the order: what was sent before arrives before. */
    private void flush() {
        while (!sent.isEmpty()) {
            arriveOne();
        }
    }

    private Exception apply(Map<TopicPartition, OffsetAndMetadata> offsets) {
        if (membership.isFenced()) {
            world.count("commits refused to who is no member");
            return new CommitFailedException();
        }
        if (world.broker().isAway() || world.faults().refusesCommit()) {
            world.count("commits without an answer");
            if (!world.broker().isAway() && world.schedule().chance(0.5)) {
                world.broker().commit(membership, offsets);
            }
            return new TimeoutException("simulated");
        }
        world.broker().commit(membership, offsets);
        return null;
    }

    private void runAnswers() {
        List<Runnable> now = List.copyOf(answers);
        answers.clear();
        now.forEach(Runnable::run);
    }

    private Object commitSync(Map<TopicPartition, OffsetAndMetadata> offsets) {
        flush();
        runAnswers();
        world.schedule().await(node.pollStrand(), () -> false, world.schedule().draw(0, 5 * Schedule.MILLI));
        Exception error = apply(offsets);
        if (error instanceof KafkaException refused) {
            throw refused;
        }
        return null;
    }

    private Object close() {
        if (!closed) {
            closed = true;
            flush();
            world.coordinator().remove(membership);
            assignment.clear();
        }
        return null;
    }

    @SuppressWarnings("unchecked")
    private static Collection<TopicPartition> partitions(Object argument) {
        return (Collection<TopicPartition>) argument;
    }

    @SuppressWarnings("unchecked")
    private static Map<TopicPartition, OffsetAndMetadata> offsets(Object argument) {
        return (Map<TopicPartition, OffsetAndMetadata>) argument;
    }
}
