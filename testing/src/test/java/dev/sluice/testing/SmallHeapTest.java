package dev.sluice.testing;

import dev.sluice.devstack.Stack;
import dev.sluice.devstack.junit.StackExtension;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.function.ToLongFunction;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;

/** Events of the greatest size wait on every partition, far more than the heap could hold: the process reads what it may. */
@Tag("long")
@Timeout(600)
@ExtendWith(StackExtension.class)
class SmallHeapTest {

    private static final int PARTITIONS = 24;
    private static final int EACH = 8;
    private static final int MIB = 1 << 20;
    private static final int HEAP_MIB = 72;
    /**
     * What events may hold of the heap: the prefetch budget and a fetch (5 MiB each, conf/reference.yaml), and the newest
     * of them a second time, as they are decoded and on their way to PostgreSQL.
     */
    private static final int EVENTS_MIB = 2 * (5 + 5);
    /** {@code Pause Full (Allocation Failure) 70M->31M(108M)}: what is left then is alive. */
    private static final Pattern COLLECTION = Pattern.compile("Pause Full .* (\\d+)M->(\\d+)M\\(\\d+M\\)");

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path folder;

    @Test
    void shouldTakeInAMebibyteEventsOfAllPartitionsWithinItsHeap(Stack stack) throws Exception {
        Tables tables = new Tables(stack.postgres());
        Path log = folder.resolve("gc.log");
        SluiceProcess sluice = new SluiceProcess(folder.resolve("node"), stack).jvm("-Xmx" + HEAP_MIB + "m",
                "-Xms" + HEAP_MIB + "m", "-Xmn24m", "-XX:+ExitOnOutOfMemoryError", "-Xlog:gc:file=" + log);
        try {
            Path config = subscription();
            sluice.start("--run", "consumer,dlq-router", "--config", config.toString());
            sluice.stop(); // its topics are there
            long idle = peak(log, collection -> Long.parseLong(collection.group(2)));
            publish(stack);
            sluice.start("--run", "consumer,dlq-router,lag-monitor", "--config", config.toString());
            sluice.awaitNoLag(Duration.ofSeconds(120));
            assertThat(sluice.isRunning()).isTrue();
            long used = peak(log, collection -> Long.parseLong(collection.group(1)));
            long kept = peak(log, collection -> Long.parseLong(collection.group(2)));
            System.out.printf("%d MiB of events through a heap of %d MiB: at most %d MiB were used, %d MiB after a collection "
                    + "(%d MiB without events); %s%n", PARTITIONS * EACH, HEAP_MIB, used, kept, idle, sluice.resident());
            assertThat(used).as("used at most, MiB").isBetween(1L, (long) HEAP_MIB);
            assertThat(kept - idle).as("kept for events after a collection, MiB").isLessThanOrEqualTo(EVENTS_MIB);
            assertThat(sluice.log()).doesNotContain("OutOfMemoryError");
        } finally {
            sluice.end();
        }
        assertThat(PARTITIONS * EACH).as("waits, in MiB").isGreaterThan(HEAP_MIB);
        assertThat(tables.count("audit_log WHERE length(data::text) >= " + MIB)).isEqualTo(PARTITIONS * EACH);
        assertThat(tables.count("dead_letters")).isZero();
    }

    private static long peak(Path log, ToLongFunction<MatchResult> which) throws Exception {
        return COLLECTION.matcher(Files.readString(log)).results().mapToLong(which).max().orElse(0);
    }

    private Path subscription() throws Exception {
        Path config = folder.resolve("sluice.yaml");
        Files.writeString(config, """
                consumer:
                  subscriptions:
                    - {group: large, topic: events, handler: audit}
                """);
        return config;
    }

    private static void publish(Stack stack) {
        Random random = new Random(7);
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(Map.of("bootstrap.servers",
                stack.kafka().bootstrapServers(), "max.request.size", "1300000", "buffer.memory", "16777216"),
                new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int i = 0; i < PARTITIONS * EACH; i++) {
                ProducerRecord<byte[], byte[]> record = new ProducerRecord<>("events", i % PARTITIONS, bytes("case:" + i), data(random));
                Map.of("ce_id", "large-" + i, "ce_source", "/large", "ce_type", "step", "ce_subject", "case:" + i, "ce_sequence", "1",
                        "content-type", "application/json").forEach((name, value) -> record.headers().add(name, bytes(value)));
                producer.send(record);
            }
        }
    }

    /** A JSON string of exactly 1 MiB that does not compress. */
    private static byte[] data(Random random) {
        byte[] data = new byte[MIB];
        for (int i = 0; i < data.length; i++) {
            data[i] = (byte) ('a' + random.nextInt(26));
        }
        data[0] = '"';
        data[MIB - 1] = '"';
        return data;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
