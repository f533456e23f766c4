package dev.sluice.lag;

import dev.sluice.bus.LagReport;
import dev.sluice.bus.LagReport.PartitionLag;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.OptionalLong;

import static org.assertj.core.api.Assertions.assertThat;

class LagMetersTest {

    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final LagMeters meters = new LagMeters(registry);

    @Test
    void shouldShowEachPartitionAndTheSumOfATopic() {
        meters.onSampled(report(0, lag(0, OptionalLong.of(4), 10), lag(1, OptionalLong.of(9), 10)));

        assertThat(gauge("kafka_consumer_group_lag", "0")).isEqualTo(6);
        assertThat(gauge("kafka_consumer_group_lag", "1")).isEqualTo(1);
        assertThat(registry.get("kafka_consumer_lag").tags("group", "g", "topic", "t").gauge().value()).isEqualTo(7);
    }

    @Test
    void shouldShowNothingForAPartitionWithoutACommit() {
        meters.onSampled(report(0, lag(0, OptionalLong.empty(), 10)));

        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void shouldShowTheAgeOfTheOldestUnreadRecord() {
        meters.onSampled(report(10_000, lag(0, OptionalLong.of(0), 0)));
        meters.onSampled(report(40_000, lag(0, OptionalLong.of(5), 10)));

        assertThat(gauge("kafka_consumer_lag_seconds", "0")).isEqualTo(15);
    }

    @Test
    void shouldShowNoValueOnceASampleHasFailed() {
        meters.onSampled(report(0, lag(0, OptionalLong.of(4), 10)));

        meters.onSampleFailed();

        assertThat(gauge("kafka_consumer_group_lag", "0")).isNaN();
    }

    @Test
    void shouldShowNoValueForATopicThatIsGone() {
        meters.onSampled(report(0, lag(0, OptionalLong.of(4), 10)));

        meters.onSampled(report(1_000));

        assertThat(gauge("kafka_consumer_group_lag", "0")).isNaN();
    }

    private double gauge(String name, String partition) {
        return registry.get(name).tags("group", "g", "topic", "t", "partition", partition).gauge().value();
    }

    private static PartitionLag lag(int partition, OptionalLong committed, long end) {
        return LagCalculator.of("g", "t", partition, committed, 0, end);
    }

    private static LagReport report(long atMillis, PartitionLag... partitions) {
        return new LagReport(List.of(partitions), 0, 0, atMillis);
    }
}
