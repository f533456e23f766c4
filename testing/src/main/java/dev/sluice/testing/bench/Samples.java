package dev.sluice.testing.bench;

import java.util.ArrayList;
import java.util.List;

/** Records of the usual workload, for benchmarks that need no Kafka. */
public final class Samples {

    /** As a producer sends it. */
    public record Sample(byte[] key, byte[] value) {
    }

    private Samples() {
    }

    /** Payments of 300 bytes, of 10,000 entities. */
    public static List<Sample> payments(int number) {
        List<Sample> samples = new ArrayList<>(number);
        new Workload(Math.max(number, Workload.REPEAT_EVERY), 10_000, 24, 300).sendTo((key, value) -> {
            if (samples.size() < number) {
                samples.add(new Sample(key, value));
            }
        });
        return samples;
    }
}
