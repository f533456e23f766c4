package dev.sluice.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;

import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/** Every metric: its exposed name, kind, unit, labels and what it tells; docs/metrics.md is made from it. */
public enum Meter {

    KAFKA_CONSUMER_GROUP_LAG("kafka_consumer_group_lag", Kind.GAUGE, Unit.EVENTS,
            "Events behind the end of a partition; no sample without a commit", "group", "topic", "partition"),
    KAFKA_CONSUMER_LAG("kafka_consumer_lag", Kind.GAUGE, Unit.EVENTS,
            "Events behind the end of a topic, over its partitions", "group", "topic"),
    KAFKA_CONSUMER_LAG_SECONDS("kafka_consumer_lag_seconds", Kind.GAUGE, Unit.SECONDS,
            "Age in seconds of the oldest event of a partition that is not processed", "group", "topic", "partition"),
    KAFKA_CONSUMER_VERDICT("kafka_consumer_verdict", Kind.GAUGE, Unit.STATE,
            "What becomes of a partition's lag: 0 OK, 1 LAGGING, 2 STALLED, 3 STOPPED", "group", "topic", "partition"),
    KAFKA_CONSUMER_DRAIN_SECONDS("kafka_consumer_drain_seconds", Kind.GAUGE, Unit.SECONDS,
            "Time in which a topic's lag is worked off at the present pace; no value while it grows", "group", "topic"),
    EVENT_PROCESSING_SECONDS("event_processing_seconds", Kind.HISTOGRAM, Unit.SECONDS,
            "Time from an event's poll to its durable outcome", "group"),
    CONSUMER_PROCESSING_LATENCY_P99("consumer_processing_latency_p99", Kind.GAUGE, Unit.SECONDS,
            "99th percentile of event_processing_seconds over 5 minutes, in seconds", "group"),
    EVENTS_PROCESSED_TOTAL("events_processed_total", Kind.COUNTER, Unit.EVENTS,
            "Events by outcome", "group", "outcome"),
    BACKPRESSURE_TRIGGERED_TOTAL("backpressure_triggered_total", Kind.COUNTER, Unit.TIMES,
            "How often an instance began to pause or to press", "group"),
    CIRCUIT_BREAKER_OPEN("circuit_breaker_open", Kind.GAUGE, Unit.STATE,
            "1 while the breaker around a service is open, 0.5 half-open, 0 closed", "service", "group"),
    CONSUMER_ERROR_RATE("consumer_error_rate", Kind.GAUGE, Unit.RATIO,
            "Failed runs of events as a share of all, over 5 minutes", "group"),
    PRODUCER_THROTTLE_RATIO("producer_throttle_ratio", Kind.GAUGE, Unit.RATIO,
            "Events refused by pressure, or of a stream held up by it, as a share of all, over 5 minutes"),
    CONSUMER_FETCH_SIZE_DYNAMIC("consumer_fetch_size_dynamic", Kind.GAUGE, Unit.BYTES,
            "Prefetch budget in bytes", "group"),
    CONSUMER_PRESSURE("consumer_pressure", Kind.GAUGE, Unit.RATIO,
            "How hard the consumers press, of the instance that presses most: producers are let in by the rest", "group"),
    DOWNSTREAM_LATENCY("downstream_latency", Kind.GAUGE, Unit.SECONDS,
            "95th percentile of the handler's transactions over 5 s, or what the latest three took at least, or the age of one that hangs", "group"),
    DOWNSTREAM_LATENCY_LIMIT("downstream_latency_limit", Kind.GAUGE, Unit.SECONDS,
            "Latency above which the group takes its downstream for slow: 0.05, and what `consumer.batch-time` adds", "group"),
    IDEMPOTENCY_CACHE_HIT_RATE("idempotency_cache_hit_rate", Kind.GAUGE, Unit.RATIO,
            "Repeats recognised without PostgreSQL as a share of all repeats, over 5 minutes", "group"),
    DUPLICATE_DETECTION_COUNT("duplicate_detection_count", Kind.GAUGE, Unit.EVENTS,
            "Repeated events recognised since the start", "group"),
    DLQ_MESSAGES_PER_HOUR("dlq_messages_per_hour", Kind.GAUGE, Unit.EVENTS,
            "Dead letters written in the last hour", "group", "class"),
    POISON_PILL_COUNT("poison_pill_count", Kind.GAUGE, Unit.EVENTS,
            "Poison letters written since the start", "group"),
    PG_POOL_ACTIVE("pg_pool_active", Kind.GAUGE, Unit.CONNECTIONS,
            "Connections of this node to PostgreSQL that are in use"),
    PG_POOL_MAX("pg_pool_max", Kind.GAUGE, Unit.CONNECTIONS,
            "Connections to PostgreSQL that this node may open"),
    PG_POOL_WAITING("pg_pool_waiting", Kind.GAUGE, Unit.TIMES,
            "Who waits for a connection to PostgreSQL, on this node"),
    CONSUMER_INSTANCES_WANTED("consumer_instances_wanted", Kind.GAUGE, Unit.INSTANCES,
            "Consumer instances that a group should have, by its lag", "group"),
    CONSUMER_POLL_STILL_SECONDS("consumer_poll_still_seconds", Kind.GAUGE, Unit.SECONDS,
            "Time since the last turn of a poll loop, of the slowest; above consumer.still-after the node is not ready", "group"),
    EVENT_LOOP_DELAY_SECONDS("event_loop_delay_seconds", Kind.GAUGE, Unit.SECONDS,
            "How late an event loop came to a timer, at worst in the last 10 s"),
    EVENT_LOOP_TASKS("event_loop_tasks", Kind.GAUGE, Unit.TASKS,
            "Tasks that wait for an event loop: the depth of the fullest mailbox"),
    CONSUMER_QUEUE_DEPTH("consumer_queue_depth", Kind.GAUGE, Unit.EVENTS,
            "Events polled and not settled", "group"),
    CONSUMER_OVERDUE_GAPS("consumer_overdue_gaps", Kind.GAUGE, Unit.EVENTS,
            "Events that have waited for a missing one of their entity for longer than the deadline", "group"),
    CONSUMER_PARKED_EVENTS("consumer_parked_events", Kind.GAUGE, Unit.EVENTS,
            "Events that wait in parked_events: failed ones to be tried again in their order, and those behind them", "group"),
    CONSUMER_LETTER_BUDGET("consumer_letter_budget", Kind.GAUGE, Unit.EVENTS,
            "Dead letters that a group may write before it stops; below 1 one event a second starts", "group"),
    CONSUMER_REBALANCES_TOTAL("consumer_rebalances_total", Kind.COUNTER, Unit.TIMES,
            "Times that partitions were taken away, in order (revoked) or not (lost)", "group", "kind"),
    GATEWAY_EVENTS_TOTAL("gateway_events_total", Kind.COUNTER, Unit.EVENTS,
            "Events posted, by HTTP status", "topic", "status"),
    GATEWAY_PUBLISH_SECONDS("gateway_publish_seconds", Kind.HISTOGRAM, Unit.SECONDS,
            "Time from an event's arrival to Kafka's acknowledgement", "topic"),
    GATEWAY_WAITING_EVENTS("gateway_waiting_events", Kind.GAUGE, Unit.EVENTS,
            "Events that wait to be let in, because Kafka is slow or the consumers are pressed"),
    GATEWAY_UNMARKED_TOTAL("gateway_unmarked_total", Kind.COUNTER, Unit.EVENTS,
            "Events published while Redis was away: a repeat is left to the consumer's inbox"),
    DLQ_ROUTED_TOTAL("dlq_routed_total", Kind.COUNTER, Unit.EVENTS,
            "Failed events by where they went", "group", "class", "topic"),
    CONSUMER_COMMIT_FAILURES_TOTAL("consumer_commit_failures_total", Kind.COUNTER, Unit.TIMES,
            "Offset commits that Kafka refused or did not answer", "group", "error"),
    CONSUMER_POLL_RESTARTS_TOTAL("consumer_poll_restarts_total", Kind.COUNTER, Unit.TIMES,
            "Times that a poll loop ended by an exception and was started again", "group"),
    COMPONENT_UP("component_up", Kind.GAUGE, Unit.STATE,
            "1 while a part of the node is healthy, 0 while it is not: what /health/ready says", "component");

    /** Bounds of every histogram, in seconds. */
    private static final Duration[] BOUNDS = {Duration.ofMillis(10), Duration.ofMillis(50), Duration.ofMillis(100),
            Duration.ofMillis(250), Duration.ofMillis(500), Duration.ofSeconds(1), Duration.ofMillis(2500)};

    /** How a metric moves. */
    public enum Kind { GAUGE, COUNTER, HISTOGRAM }

    /** What a value counts. STATE is a number with a meaning of its own, RATIO is 0 to 1. */
    public enum Unit { EVENTS, SECONDS, BYTES, RATIO, CONNECTIONS, TIMES, STATE, INSTANCES, TASKS }

    private final String exposedName;
    private final Kind kind;
    private final Unit unit;
    private final String help;
    private final List<String> labels;

    Meter(String exposedName, Kind kind, Unit unit, String help, String... labels) {
        this.exposedName = exposedName;
        this.kind = kind;
        this.unit = unit;
        this.help = help;
        this.labels = List.of(labels);
    }

    public String exposedName() {
        return exposedName;
    }

    public Kind kind() {
        return kind;
    }

    public Unit unit() {
        return unit;
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
