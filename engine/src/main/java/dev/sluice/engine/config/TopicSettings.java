package dev.sluice.engine.config;

import dev.sluice.config.InvalidSetting;

import java.time.Duration;

/**
 * How a declared topic is created.
 *
 * @param replication copies of each record; -1: three, or as many as there are brokers
 * @param retention   how long Kafka keeps a record; 0s: for ever
 */
public record TopicSettings(int partitions, int replication, Duration retention) {

    public TopicSettings {
        InvalidSetting.unless(partitions >= 1 && partitions <= 10_000, "topics.partitions", partitions, "1 to 10000");
        InvalidSetting.unless(replication == -1 || replication >= 1 && replication <= 10, "topics.replication",
                replication, "1 to 10, or -1 for three or as many as there are brokers");
        InvalidSetting.unless(retention != null && !retention.isNegative(), "topics.retention", retention,
                "a duration, or 0s for no limit");
    }

    /** As Kafka's {@code retention.ms} has it. */
    public long retentionMillis() {
        return retention.isZero() ? -1 : retention.toMillis();
    }
}
