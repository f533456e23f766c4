package dev.sluice.engine.alerts;

import dev.sluice.metrics.Meter;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Every alert, said once: it is evaluated inside the process, and {@code deploy/prometheus/sluice-rules.yml} is made
 * from it. Each has a page in {@code docs/runbooks}.
 */
public enum AlertRule {

    GROUP_LAG_HIGH("GroupLagHigh", Severity.PAGE, Meter.KAFKA_CONSUMER_GROUP_LAG, Map.of(), Fold.SUM_OF_PARTITIONS,
            List.of("group"), Test.ABOVE, 50_000, Duration.ofMinutes(2), "is too many events behind"),
    ERROR_RATE_HIGH("ErrorRateHigh", Severity.PAGE, Meter.CONSUMER_ERROR_RATE, Map.of(), Fold.MAX,
            List.of("group"), Test.ABOVE, 0.01, Duration.ZERO, "fails with too large a share of its events"),
    PARTITION_STALLED("PartitionStalled", Severity.PAGE, Meter.KAFKA_CONSUMER_VERDICT, Map.of(), Fold.MAX,
            List.of("group", "topic", "partition"), Test.EQUAL, 2, Duration.ZERO,
            "has a member that does not move, over unread events"),
    PARTITION_STOPPED("PartitionStopped", Severity.PAGE, Meter.KAFKA_CONSUMER_VERDICT, Map.of(), Fold.MAX,
            List.of("group", "topic", "partition"), Test.EQUAL, 3, Duration.ZERO, "has unread events and no member"),
    COMPONENT_DOWN("ComponentDown", Severity.PAGE, Meter.COMPONENT_UP, Map.of(), Fold.MIN,
            List.of("instance", "component"), Test.BELOW, 1, Duration.ofMinutes(1), "is not healthy"),
    /** Frozen, cut off or dead, and not stopped: told by those that still hear each other. */
    NODE_SILENT("NodeSilent", Severity.PAGE, null, Map.of(), Fold.MIN,
            List.of("instance"), Test.BELOW, 1, Duration.ofMinutes(1), "has not been heard of for a minute"),
    PARTITION_LAG_HIGH("PartitionLagHigh", Severity.WARN, Meter.KAFKA_CONSUMER_GROUP_LAG, Map.of(), Fold.MAX,
            List.of("group", "topic", "partition"), Test.ABOVE, 10_000, Duration.ZERO, "is too many events behind"),
    BREAKER_OPEN("BreakerOpen", Severity.WARN, Meter.CIRCUIT_BREAKER_OPEN, Map.of(), Fold.MAX,
            List.of("group", "service"), Test.ABOVE, 0, Duration.ofMinutes(1), "has an open circuit breaker"),
    DOWNSTREAM_SLOW("DownstreamSlow", Severity.WARN, Meter.DOWNSTREAM_LATENCY, Map.of(), Fold.MAX,
            List.of("group"), Test.ABOVE, 0.05, Meter.DOWNSTREAM_LATENCY_LIMIT, Duration.ofMinutes(2),
            "has slow transactions, in seconds"),
    POOL_EXHAUSTED("PoolExhausted", Severity.WARN, Meter.PG_POOL_WAITING, Map.of(), Fold.MAX,
            List.of("instance"), Test.ABOVE, 0, Duration.ofMinutes(1), "waits for connections to PostgreSQL"),
    SEQUENCE_GAP("SequenceGap", Severity.WARN, Meter.CONSUMER_OVERDUE_GAPS, Map.of(), Fold.SUM,
            List.of("group"), Test.ABOVE, 0, Duration.ZERO, "has events that wait for a missing one of their entity"),
    POISON_FLOOD("PoisonFlood", Severity.NOTIFY, Meter.DLQ_MESSAGES_PER_HOUR, Map.of("class", "POISON"), Fold.SUM,
            List.of("group"), Test.ABOVE, 10, Duration.ZERO, "has met many poison messages in an hour");

    /** What Prometheus itself knows of a node; in place of a metric that a silent one can't give. */
    private static final String SCRAPED = "up{job=~\".*sluice.*\"}";

    /** Against the threshold. */
    public enum Test {
        ABOVE(">"), BELOW("<"), EQUAL("==");

        private final String operator;

        Test(String operator) {
            this.operator = operator;
        }

        boolean holds(double value, double threshold) {
            return switch (this) {
                case ABOVE -> value > threshold;
                case BELOW -> value < threshold;
                case EQUAL -> value == threshold;
            };
        }
    }

    private final String alert;
    private final Severity severity;
    /** Null: no node measures it of itself. */
    private final Meter meter;
    private final Map<String, String> only;
    private final Fold fold;
    private final List<String> by;
    private final Test test;
    private final double threshold;
    /** In force in place of the threshold where it has a value, which is never less. Null: the threshold always is. */
    private final Meter inForce;
    private final Duration holding;
    private final String meaning;

    AlertRule(String alert, Severity severity, Meter meter, Map<String, String> only, Fold fold, List<String> by,
              Test test, double threshold, Duration holding, String meaning) {
        this(alert, severity, meter, only, fold, by, test, threshold, null, holding, meaning);
    }

    AlertRule(String alert, Severity severity, Meter meter, Map<String, String> only, Fold fold, List<String> by,
              Test test, double threshold, Meter inForce, Duration holding, String meaning) {
        this.alert = alert;
        this.severity = severity;
        this.meter = meter;
        this.only = only;
        this.fold = fold;
        this.by = by;
        this.test = test;
        this.threshold = threshold;
        this.inForce = inForce;
        this.holding = holding;
        this.meaning = meaning;
    }

    /** Its name. */
    public String alert() {
        return alert;
    }

    public Severity severity() {
        return severity;
    }

    /** Empty when no node measures it of itself: {@link ClusterConditions} knows. */
    public Optional<Meter> meter() {
        return Optional.ofNullable(meter);
    }

    /** Label values that a series must have to count. */
    public Map<String, String> only() {
        return only;
    }

    public Fold fold() {
        return fold;
    }

    /** Labels that tell one alert of this rule from another. */
    public List<String> by() {
        return by;
    }

    public Test test() {
        return test;
    }

    public double threshold() {
        return threshold;
    }

    /** What tells, with the labels of {@link #meter}, the threshold in force where that is measured. */
    public Optional<Meter> inForce() {
        return Optional.ofNullable(inForce);
    }

    /** For how long the test must hold before the alert fires. */
    public Duration holding() {
        return holding;
    }

    /** Goes on after the labels: "group audit is too many events behind". */
    public String meaning() {
        return meaning;
    }

    /** Below {@code docs/runbooks}. */
    public String runbook() {
        return alert.replaceAll("(?<=[a-z])(?=[A-Z])", "-").toLowerCase(Locale.ROOT) + ".md";
    }

    boolean holds(double value, double against) {
        return test.holds(value, against);
    }

    /** The condition in Prometheus' language. */
    public String promql() {
        String labels = only.entrySet().stream().sorted(Map.Entry.comparingByKey())
                .map(label -> label.getKey() + "=\"" + label.getValue() + "\"").collect(Collectors.joining(","));
        String selector = meter == null ? SCRAPED : meter.exposedName() + (labels.isEmpty() ? "" : "{" + labels + "}");
        String exceeding = inForce == null ? selector
                : selector + " unless " + selector + " <= " + inForce.exposedName();
        return fold.promql(exceeding, by) + " " + test.operator + " " + number();
    }

    /** The threshold, as an operator writes it, or what tells the one in force. */
    public String limit() {
        return inForce == null ? number() : inForce.exposedName();
    }

    private String number() {
        return BigDecimal.valueOf(threshold).stripTrailingZeros().toPlainString();
    }
}
