package dev.sluice.consumer;

import dev.sluice.event.Decoded;
import dev.sluice.event.EventDecoder;
import dev.sluice.event.RawRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * What each event costs in memory only, by the consumer's own classes: nanoseconds and, with {@code -prof gc}, bytes an
 * event. {@code wayOfAnEvent} is all of it, from the polled record to the settled offset; its budget is 1 KiB.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class HotPath {

    private static final int BATCH = 2_000;
    private static final String TOPIC = "events";
    private static final String TOPIC_ID = "QbJ1yVkSTZq7m3mZ0bF1xw";

    private final EventDecoder decoder = new EventDecoder();
    private final RecordIntake intake = new RecordIntake("group", new RetryGate());
    private final List<RawRecord> records = new ArrayList<>(BATCH);
    private final List<Work> works = new ArrayList<>(BATCH);
    private final AssignedPartition anybody = new AssignedPartition(new TopicPartition(TOPIC, 0), TOPIC_ID, 0);
    private final AssignedPartition partition = new AssignedPartition(new TopicPartition(TOPIC, 1), TOPIC_ID, 0);
    private final KeyLanes lanes = new KeyLanes(Ordering.KEY);
    private final OffsetTracker tracker = new OffsetTracker(0);
    private final SettledWindow window = new SettledWindow();
    private long offset;
    private long lastSettled;

    @Setup
    public void fill() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < BATCH; i++) {
            int entity = random.nextInt(10_000);
            RawRecord record = new RawRecord(TOPIC, 0, i, 0, bytes("account:" + entity), bytes(payment(
                    new UUID(random.nextLong(), random.nextLong()), entity, i)), List.of());
            records.add(record);
            works.add(new Work(anybody, record, decoder.decode(record, TOPIC_ID), 0));
        }
    }

    /** As in the other scenarios, 300 bytes. */
    private static String payment(UUID id, int entity, int sequence) {
        String event = "{\"eventId\":\"" + id + "\",\"type\":\"payment.settled\",\"entityType\":\"account\",\"entityId\":\"" + entity
                + "\",\"sequence\":" + sequence + ",\"data\":{\"user_id\":\"user-" + entity % 977
                + "\",\"amount\":\"19.90\",\"currency\":\"EUR\",\"status\":\"settled\",\"reference\":\"";
        return event + "x".repeat(297 - event.length()) + "\"}}";
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void decode(Blackhole result) {
        for (RawRecord record : records) {
            result.consume(decoder.decode(record, TOPIC_ID));
        }
    }

    /** The entity from a key, as for events whose body names none. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void route(Blackhole result) {
        for (Work work : works) {
            result.consume(work.event().requireEntity().text());
        }
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long tracker() {
        for (int i = 0; i < BATCH; i++) {
            tracker.onPolled(offset++);
        }
        for (int i = 0; i < BATCH; i++) {
            tracker.settle(lastSettled++);
        }
        return tracker.watermark();
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int lanes() {
        works.forEach(lanes::add);
        int taken = 0;
        while (lanes.hasReady()) {
            List<Work> batch = lanes.take(BATCH);
            batch.forEach(lanes::release);
            taken += batch.size();
        }
        return taken;
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int window() {
        long now = System.nanoTime();
        List<String> ids = new ArrayList<>(BATCH);
        for (Work work : works) {
            if (!window.contains(work.eventId(), now)) {
                ids.add(work.eventId());
            }
        }
        window.add(ids, now);
        return window.size();
    }

    /** Without PostgreSQL and Kafka: decode, track, lane, window, settle. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long wayOfAnEvent() {
        List<Work> polled = new ArrayList<>(BATCH);
        for (RawRecord record : records) {
            Optional<Work> work = intake.onRecordPolled(new ConsumerRecord<>(TOPIC, 1, offset++, record.key(), record.value()), partition);
            work.ifPresent(polled::add);
        }
        polled.forEach(lanes::add);
        while (lanes.hasReady()) {
            List<Work> batch = lanes.take(BATCH);
            long now = System.nanoTime();
            List<String> ids = new ArrayList<>(batch.size());
            for (Work work : batch) {
                if (work.decoded() instanceof Decoded.Readable && !window.contains(work.eventId(), now)) {
                    ids.add(work.eventId());
                }
            }
            window.add(ids, now);
            batch.forEach(Work::settle);
            batch.forEach(lanes::release);
        }
        return partition.watermark();
    }
}
