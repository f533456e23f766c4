package dev.sluice.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;

import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/** Every metric: its exposed name, its kind, its labels and what it tells. Nothing is measured that is not listed here. */
public enum Meter {

    KAFKA_CONSUMER_GROUP_LAG("kafka_consumer_group_lag", Kind.GAUGE, "Events behind the end of a partition; no sample without a commit", "group", "topic", "partition"),
    KAFKA_CONSUMER_LAG("kafka_consumer_lag", Kind.GAUGE, "Events behind the end of a topic, over its partitions", "group", "topic"),
    KAFKA_CONSUMER_LAG_SECONDS("kafka_consumer_lag_seconds", Kind.GAUGE, "Age in seconds of the oldest event of a partition that is not processed", "group", "topic", "partition"),
    EVENT_PROCESSING_SECONDS("event_processing_seconds", Kind.HISTOGRAM, "Time from an event's poll to its durable outcome", "group"),
    CONSUMER_PROCESSING_LATENCY_P99("consumer_processing_latency_p99", Kind.GAUGE, "99th percentile of event_processing_seconds over 5 minutes, in seconds", "group"),
    EVENTS_PROCESSED_TOTAL("events_processed_total", Kind.COUNTER, "Events by outcome", "group", "outcome"),
    BACKPRESSURE_TRIGGERED_TOTAL("backpressure_triggered_total", Kind.COUNTER, "How often an instance began to pause or to press", "group"),
    CIRCUIT_BREAKER_OPEN("circuit_breaker_open", Kind.GAUGE, "1 while the breaker around a service is open, 0.5 half-open, 0 closed", "service", "group"),
    CONSUMER_ERROR_RATE("consumer_error_rate", Kind.GAUGE, "Failed runs of events as a share of all, over 5 minutes", "group"),
    PRODUCER_THROTTLE_RATIO("producer_throttle_ratio", Kind.GAUGE, "Requests refused by pressure as a share of all, over 5 minutes"),
    CONSUMER_FETCH_SIZE_DYNAMIC("consumer_fetch_size_dynamic", Kind.GAUGE, "Prefetch budget in bytes", "group"),
    DOWNSTREAM_LATENCY("downstream_latency", Kind.GAUGE, "95th percentile of the handler's transactions over 5 seconds, or the age of the oldest running, in seconds", "group"),
    IDEMPOTENCY_CACHE_HIT_RATE("idempotency_cache_hit_rate", Kind.GAUGE, "Repeats recognised without PostgreSQL as a share of all repeats, over 5 minutes", "group"),
    DUPLICATE_DETECTION_COUNT("duplicate_detection_count", Kind.GAUGE, "Repeated events recognised since the start", "group"),
    DLQ_MESSAGES_PER_HOUR("dlq_messages_per_hour", Kind.GAUGE, "Dead letters written in the last hour", "group", "class"),
    POISON_PILL_COUNT("poison_pill_count", Kind.GAUGE, "Poison letters written since the start", "group"),
    PG_POOL_ACTIVE("pg_pool_active", Kind.GAUGE, "Connections of this node to PostgreSQL that are in use"),
    PG_POOL_MAX("pg_pool_max", Kind.GAUGE, "Connections to PostgreSQL that this node may open"),
    CONSUMER_QUEUE_DEPTH("consumer_queue_depth", Kind.GAUGE, "Events polled and not settled", "group"),
    CONSUMER_REBALANCES_TOTAL("consumer_rebalances_total", Kind.COUNTER, "Times that partitions were taken away, in order (revoked) or not (lost)", "group", "kind"),
    GATEWAY_EVENTS_TOTAL("gateway_events_total", Kind.COUNTER, "Events posted, by HTTP status", "topic", "status"),
    GATEWAY_PUBLISH_SECONDS("gateway_publish_seconds", Kind.HISTOGRAM, "Time from an event's arrival to Kafka's acknowledgement", "topic"),
    GATEWAY_WAITING_EVENTS("gateway_waiting_events", Kind.GAUGE, "Events that wait to be let in, because Kafka is slow or the consumers are pressed"),
    GATEWAY_UNMARKED_TOTAL("gateway_unmarked_total", Kind.COUNTER, "Events published while Redis was away: a repeat is left to the consumer's inbox"),
    DLQ_ROUTED_TOTAL("dlq_routed_total", Kind.COUNTER, "Failed events by where they went", "group", "class", "topic"),
    CONSUMER_COMMIT_FAILURES_TOTAL("consumer_commit_failures_total", Kind.COUNTER, "Offset commits that Kafka refused or did not answer", "group", "error"),
    CONSUMER_POLL_RESTARTS_TOTAL("consumer_poll_restarts_total", Kind.COUNTER, "Times that a poll loop ended by an exception and was started again", "group");

    /** Bounds of every histogram, in seconds. */
    private static final Duration[] BOUNDS = {Duration.ofMillis(10), Duration.ofMillis(50), Duration.ofMillis(100),
            Duration.ofMillis(250), Duration.ofMillis(500), Duration.ofSeconds(1), Duration.ofMillis(2500)};

    /** How a metric moves. */
    public enum Kind { GAUGE, COUNTER, HISTOGRAM }

    private final String exposedName;
    private final Kind kind;
    private final String help;
    private final List<String> labels;

    Meter(String exposedName, Kind kind, String help, String... labels) {
        this.exposedName = exposedName;
        this.kind = kind;
        this.help = help;
        this.labels = List.of(labels);
    }

    public String exposedName() {
        return exposedName;
    }

    public Kind kind() {
        return kind;
    }

    public String help() {
        return help;
    }

    public List<String> labels() {
        return labels;
    }

    /** @param values of the labels, in their order */
    public Counter counter(MeterRegistry registry, String... values) {
        return Counter.builder(exposedName).description(help).tags(tags(Kind.COUNTER, values)).register(registry);
    }

    /** The value is read at each scrape; NaN shows no value. The registry keeps the source alive. */
    public Gauge gauge(MeterRegistry registry, Supplier<Number> value, String... values) {
        return Gauge.builder(exposedName, value).description(help).tags(tags(Kind.GAUGE, values)).register(registry);
    }

    public Timer timer(MeterRegistry registry, String... values) {
        return Timer.builder(exposedName).description(help).serviceLevelObjectives(BOUNDS)
                .tags(tags(Kind.HISTOGRAM, values)).register(registry);
    }

    private Tags tags(Kind used, String... values) {
        if (used != kind || values.length != labels.size()) {
            throw new IllegalArgumentException(exposedName + " is a " + kind + " with labels " + labels);
        }
        Tags tags = Tags.empty();
        for (int i = 0; i < values.length; i++) {
            tags = tags.and(labels.get(i), values[i]);
        }
        return tags;
    }
}
