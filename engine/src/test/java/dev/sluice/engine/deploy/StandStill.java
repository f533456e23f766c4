package dev.sluice.engine.deploy;

import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Holds a poll thread where it has just read a record, in the middle of {@code poll}, until it is let go. */
public final class StandStill implements ConsumerInterceptor<byte[], byte[]> {

    private static volatile CountDownLatch barrier = new CountDownLatch(0);
    private static final AtomicInteger HELD = new AtomicInteger();

    static void hold() {
        barrier = new CountDownLatch(1);
    }

    static void letGo() {
        barrier.countDown();
    }

    /** Threads that stand still. */
    static int held() {
        return HELD.get();
    }

    @Override
    public ConsumerRecords<byte[], byte[]> onConsume(ConsumerRecords<byte[], byte[]> records) {
        if (!records.isEmpty()) {
            HELD.incrementAndGet();
            try {
                barrier.await(60, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                HELD.decrementAndGet();
            }
        }
        return records;
    }

    @Override
    public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {
    }

    @Override
    public void close() {
    }

    @Override
    public void configure(Map<String, ?> settings) {
    }
}
