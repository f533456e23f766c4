package dev.sluice.testing.prove;

import dev.sluice.devstack.Postgres;
import dev.sluice.testing.load.Pace;
import dev.sluice.testing.report.Timeline.Point;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.DoublePredicate;

/**
 * The database takes 1 ms longer, then 200 ms, then 1 ms again, while events keep coming at their rate: when do prefetch,
 * pressure and gateways follow, and when is all as before? A trigger on the handlers' tables makes it slow.
 */
final class LatencySpike implements Course {

    /** How long each level lasts; two more for warming up and for what follows. */
    static final Duration LEVEL = Duration.ofSeconds(30);
    static final int LEVELS = 5;
    private static final double FAST = 0.001;
    private static final double SLOW = 0.2;
    private static final double AS_BEFORE = 0.9;
    private static final Duration LONGEST_RECOVERY = Duration.ofSeconds(120);
    private static final Duration LONGEST_WARM_UP = Duration.ofSeconds(90);
    private static final double CALM_SECONDS = 5;
    private static final long PAUSE_MILLIS = 200;
    private static final List<String> TRIGGERS = List.of("CREATE TABLE prove_latency (seconds float8 NOT NULL)",
            "INSERT INTO prove_latency VALUES (0)", """
            CREATE FUNCTION prove_latency() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN PERFORM pg_sleep((SELECT seconds FROM prove_latency)); RETURN NULL; END'""",
            slow("accounts"), slow("entity_states"), slow("audit_log"));

    private static String slow(String table) {
        return "CREATE TRIGGER prove_latency AFTER INSERT ON " + table + " FOR EACH STATEMENT EXECUTE FUNCTION prove_latency()";
    }

    private final Plan plan;
    private final Postgres postgres;
    private final Evidence evidence;
    private final Consumer<String> progress;

    LatencySpike(Plan plan, Postgres postgres, Evidence evidence, Consumer<String> progress) {
        this.plan = plan;
        this.postgres = postgres;
        this.evidence = evidence;
        this.progress = progress;
    }

    @Override
    public void run(Pace pace) throws InterruptedException {
        try {
            for (String statement : TRIGGERS) {
                execute(statement);
            }
            level(FAST);
            awaitCalm();
            Thread.sleep(LEVEL.toMillis());
            double slow = level(SLOW);
            Thread.sleep(LEVEL.toMillis());
            double fast = level(FAST);
            evidence.timeline().band(slow, fast, "the database takes 200 ms longer");
            awaitRecovery(fast);
            tell(slow, fast);
        } catch (SQLException e) {
            evidence.onTrouble("the database can't be slowed down: " + e.getMessage());
        }
    }

    /** New processes are slow themselves. */
    private void awaitCalm() throws InterruptedException {
        double since = evidence.seconds();
        while (calmFor(since) < CALM_SECONDS) {
            if (evidence.seconds() - since > LONGEST_WARM_UP.toSeconds()) {
                evidence.onTrouble("not calm after " + LONGEST_WARM_UP.toSeconds() + " s at " + Math.round(plan.perSecond())
                        + " events per second: choose a rate that this machine can bear (--events, --minutes)");
                return;
            }
            Thread.sleep(PAUSE_MILLIS);
        }
        progress.accept("all is calm");
    }

    /** @return for how many seconds there has been no pressure */
    private double calmFor(double since) {
        double pressed = evidence.timeline().points(Gauges.PRESSURE, "flag in Redis").stream()
                .filter(point -> point.value() != 0).mapToDouble(Point::seconds).max().orElse(since);
        return evidence.seconds() - Math.max(since, pressed);
    }

    private void awaitRecovery(double since) throws InterruptedException {
        while (Double.isNaN(recovered(since)) && evidence.seconds() - since < LONGEST_RECOVERY.toSeconds()) {
            Thread.sleep(PAUSE_MILLIS);
        }
        Thread.sleep(LEVEL.toMillis() / 3);
    }

    /** @return seconds after that moment until no pressure is left and events are let in as fast as they come; NaN when not yet */
    private double recovered(double since) {
        double calm = first(Gauges.PRESSURE, "flag in Redis", since, pressure -> pressure == 0);
        double admitted = first(Gauges.THROUGHPUT, "acknowledged", since, rate -> rate >= AS_BEFORE * plan.perSecond());
        double worked = first(Gauges.LAG, Plan.AUDIT, since, lag -> lag <= plan.perSecond());
        return Math.max(Math.max(calm, admitted), worked) - since;
    }

    private void tell(double slow, double fast) {
        required("seconds from slow to the flag", first(Gauges.PRESSURE, "flag in Redis", slow, pressure -> pressure == 1) - slow);
        figure("seconds from slow to the first event turned away", first(Gauges.THROUGHPUT, "turned away", slow, rate -> rate > 0) - slow);
        figure("seconds from slow to half the prefetch", plan.groups().stream().flatMap(group -> java.util.stream.Stream.of("node a, " + group, "node b, " + group))
                .mapToDouble(series -> first(Gauges.PREFETCH, series, slow, halved(series, slow)) - slow).filter(Double::isFinite).min().orElse(Double.NaN));
        figure("events per second while slow", mean(Gauges.THROUGHPUT, "acknowledged", slow, fast));
        figure("largest lag in events", plan.groups().stream().flatMap(group -> evidence.timeline().points(Gauges.LAG, group).stream())
                .mapToDouble(Point::value).filter(Double::isFinite).max().orElse(Double.NaN));
        figure("peak memory of a node in MiB", evidence.memory().peak() >> 20);
        required("seconds from fast again to recovery", recovered(fast));
    }

    private DoublePredicate halved(String series, double slow) {
        double before = evidence.timeline().points(Gauges.PREFETCH, series).stream().filter(point -> point.seconds() < slow)
                .mapToDouble(Point::value).filter(Double::isFinite).reduce(Double.NaN, (left, right) -> right);
        return value -> value <= before / 2;
    }

    /** What must come about, or nothing is shown. */
    private void required(String name, double value) {
        figure(name, value);
        if (!Double.isFinite(value)) {
            evidence.onTrouble(name + ": it never came to that");
        }
    }

    private void figure(String name, double value) {
        if (Double.isFinite(value)) {
            evidence.onFigure(name, Math.round(value * 10) / 10.0);
        }
        progress.accept(String.format(Locale.ROOT, "%-50s %,.1f", name, value));
    }

    private double first(String plot, String series, double since, DoublePredicate wanted) {
        return evidence.timeline().points(plot, series).stream().filter(point -> point.seconds() >= since && wanted.test(point.value()))
                .mapToDouble(Point::seconds).findFirst().orElse(Double.NaN);
    }

    private double mean(String plot, String series, double from, double to) {
        return evidence.timeline().points(plot, series).stream().filter(point -> point.seconds() >= from && point.seconds() <= to)
                .mapToDouble(Point::value).filter(Double::isFinite).average().orElse(Double.NaN);
    }

    /** @return when it became so */
    private double level(double seconds) throws SQLException {
        execute("UPDATE prove_latency SET seconds = " + seconds);
        progress.accept(String.format(Locale.ROOT, "the database takes %.0f ms longer", seconds * 1e3));
        return evidence.seconds();
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = postgres.connect(); Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
