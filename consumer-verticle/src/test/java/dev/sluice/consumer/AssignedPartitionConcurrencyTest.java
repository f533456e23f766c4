package dev.sluice.consumer;

import org.apache.kafka.common.TopicPartition;
import org.jetbrains.kotlinx.lincheck.LinChecker;
import org.jetbrains.kotlinx.lincheck.annotations.Operation;
import org.jetbrains.kotlinx.lincheck.annotations.Param;
import org.jetbrains.kotlinx.lincheck.paramgen.IntGen;
import org.jetbrains.kotlinx.lincheck.strategy.stress.StressOptions;
import org.junit.jupiter.api.Test;

/**
 * What the poll thread reads and the event loop settles: whoever looks meanwhile sees a state that one thread alone could
 * have made, never half of a step.
 */
@Param(name = "offset", gen = IntGen.class, conf = "0:5")
public class AssignedPartitionConcurrencyTest {

    private static final int BYTES = 10;

    private final AssignedPartition partition = new AssignedPartition(new TopicPartition("events", 0), "id", 0);
    /** Poll thread only. */
    private long next;

    @Operation(nonParallelGroup = "poll thread")
    public void poll() {
        partition.onPolled(next++, BYTES);
    }

    @Operation
    public void settle(@Param(name = "offset") int offset) {
        partition.settle(offset, BYTES);
    }

    @Operation
    public long watermark() {
        return partition.watermark();
    }

    @Operation
    public int pending() {
        return partition.pending();
    }

    @Operation
    public long unsettledBytes() {
        return partition.unsettledBytes();
    }

    @Test
    void shouldLookAsIfOneThreadDidItAll() {
        LinChecker.check(getClass(), new StressOptions().threads(3).actorsPerThread(3).iterations(25)
                .invocationsPerIteration(1_000));
    }
}
