package dev.sluice.lag;

import dev.sluice.bus.LagReport;
import dev.sluice.bus.LagReport.PartitionLag;
import dev.sluice.bus.LagReport.TopicLag;
import dev.sluice.bus.LagVerdict;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;

import static org.assertj.core.api.Assertions.assertThat;

class LagMetersTest {

    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final LagMeters meters = new LagMeters(registry);

    @Test
    void shouldShowEachPartitionAndTheSumOfATopic() {
        meters.onSampled(report(lag(0, OptionalLong.of(6), LagVerdict.STALLED), lag(1, OptionalLong.of(1), LagVerdict.OK)));

        assertThat(gauge("kafka_consumer_group_lag", "0")).isEqualTo(6);
        assertThat(gauge("kafka_consumer_group_lag", "1")).isEqualTo(1);
        assertThat(gauge("kafka_consumer_lag_seconds", "0")).isEqualTo(2.5);
        assertThat(gauge("kafka_consumer_verdict", "0")).isEqualTo(2);
        assertThat(registry.get("kafka_consumer_lag").tags("group", "g", "topic", "t").gauge().value()).isEqualTo(7);
        assertThat(registry.get("kafka_consumer_drain_seconds").tags("group", "g", "topic", "t").gauge().value()).isEqualTo(9);
    }

    @Test
    void shouldShowNoLagForAPartitionWithoutACommit() {
        meters.onSampled(report(lag(0, OptionalLong.empty(), LagVerdict.OK)));

        assertThat(registry.find("kafka_consumer_group_lag").gauge()).isNull();
        assertThat(registry.find("kafka_consumer_lag").gauge()).isNull();
        assertThat(gauge("kafka_consumer_verdict", "0")).isZero();
    }

    @Test
    void shouldShowNoValueOnceASampleHasFailed() {
        meters.onSampled(report(lag(0, OptionalLong.of(4), LagVerdict.OK)));

        meters.showNothing();

        assertThat(gauge("kafka_consumer_group_lag", "0")).isNaN();
    }

    @Test
    void shouldShowNoValueForATopicThatIsGone() {
        meters.onSampled(report(lag(0, OptionalLong.of(4), LagVerdict.OK)));

        meters.onSampled(report());

        assertThat(gauge("kafka_consumer_group_lag", "0")).isNaN();
    }

    private double gauge(String name, String partition) {
        return registry.get(name).tags("group", "g", "topic", "t", "partition", partition).gauge().value();
    }

    private static PartitionLag lag(int partition, OptionalLong lag, LagVerdict verdict) {
        return new PartitionLag("g", "t", partition, lag, 0, 10, lag,
                lag.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(2.5), 0, verdict, "");
    }

    private static LagReport report(PartitionLag... partitions) {
        return new LagReport(List.of(partitions), List.of(new TopicLag("g", "t", 7, OptionalDouble.of(9), 2, 1)), 0, 0, 0);
    }
}
