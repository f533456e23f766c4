package dev.sluice.testing.prove;

import dev.sluice.devstack.Redis;
import dev.sluice.testing.fault.EngineNode;
import dev.sluice.testing.fault.RedisQuestion;
import dev.sluice.testing.guarantee.Positions;
import dev.sluice.testing.report.Timeline;

import org.apache.kafka.common.TopicPartition;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Reads throughput, lag, prefetch, pressure and memory at regular times into a timeline, until it is closed. */
final class Gauges implements AutoCloseable {

    static final String THROUGHPUT = "Events per second";
    static final String LAG = "Lag in events";
    static final String PREFETCH = "Prefetch budget in KiB";
    static final String PRESSURE = "Pressure (1: producers are told to slow down)";
    static final String LATENCY = "Downstream latency in milliseconds";
    static final String MEMORY = "Resident memory in MiB";
    static final List<String> PLOTS = List.of(THROUGHPUT, LAG, PREFETCH, PRESSURE, LATENCY, MEMORY);
    private static final String FLAG = "GET system:consumer:backpressure";

    private final Timeline timeline;
    private final Evidence evidence;
    private final Plan plan;
    private final Scene scene;
    private final Positions positions;
    private final List<Thread> threads = new ArrayList<>();
    /** A count at a time, by series, for rates. */
    private final Map<String, Timeline.Point> last = new ConcurrentHashMap<>();

    Gauges(Evidence evidence, Plan plan, Scene scene, Positions positions) {
        this.evidence = evidence;
        this.timeline = evidence.timeline();
        this.plan = plan;
        this.scene = scene;
        this.positions = positions;
    }

    void start() {
        every("gauge-load", this::load);
        every("gauge-kafka", this::kafka);
        every("gauge-redis", () -> pressure(scene.stack().redis()));
        for (EngineNode node : scene.nodes()) {
            every("gauge-" + node.name(), () -> node(node));
        }
    }

    private interface Reading {

        void take() throws InterruptedException;
    }

    private void every(String name, Reading reading) {
        Thread thread = new Thread(() -> {
            try {
                while (true) {
                    reading.take();
                    Thread.sleep(plan.gaugeMillis());
                }
            } catch (InterruptedException end) {
                Thread.currentThread().interrupt();
            }
        }, name);
        thread.setDaemon(true);
        thread.start();
        threads.add(thread);
    }

    private void load() {
        rate("acknowledged", evidence.acknowledgements().count());
        rate("turned away", evidence.acknowledgements().turnedAway());
    }

    /** Nobody is charged for what a part that was away held up: a rate is over the time that has passed. */
    private void rate(String series, double count) {
        double now = evidence.seconds();
        Timeline.Point before = last.put(series, new Timeline.Point(now, count));
        if (before != null && now > before.seconds()) {
            timeline.record(THROUGHPUT, series, now, Math.max(0, (count - before.value()) / (now - before.seconds())));
        }
    }

    private void kafka() throws InterruptedException {
        try {
            Map<TopicPartition, Long> ends = positions.ends(List.of("events"));
            for (String group : plan.groups()) {
                Map<TopicPartition, Long> committed = positions.committed(group);
                long done = ends.keySet().stream().mapToLong(partition -> committed.getOrDefault(partition, 0L)).sum();
                timeline.record(LAG, group, evidence.seconds(), ends.values().stream().mapToLong(Long::longValue).sum() - done);
                rate("committed by " + group, done);
            }
        } catch (Positions.Unanswered notNow) {
            plan.groups().forEach(group -> timeline.record(LAG, group, evidence.seconds(), Double.NaN));
        }
    }

    private void pressure(Redis redis) {
        double pressure;
        try {
            pressure = "true".equals(RedisQuestion.ask(redis, FLAG)) ? 1 : 0;
        } catch (IOException notNow) {
            pressure = Double.NaN;
        }
        timeline.record(PRESSURE, "flag in Redis", evidence.seconds(), pressure);
    }

    private void node(EngineNode node) throws InterruptedException {
        Optional<String> metrics = node.get("/metrics").map(HttpResponse::body);
        double now = evidence.seconds();
        long resident = node.resident();
        timeline.record(MEMORY, node.name(), now, resident == 0 ? Double.NaN : resident >> 20);
        for (String group : plan.groups()) {
            String series = node.name() + ", " + group;
            timeline.record(PREFETCH, series, now, value(metrics, "consumer_fetch_size_dynamic", group) / 1_024);
            timeline.record(LATENCY, series, now, value(metrics, "downstream_latency", group) * 1_000);
        }
    }

    private static double value(Optional<String> metrics, String name, String group) {
        return metrics.stream().flatMap(String::lines)
                .filter(line -> line.startsWith(name + "{") && line.contains("group=\"" + group + "\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1))).findFirst().orElse(Double.NaN);
    }

    @Override
    public void close() {
        threads.forEach(Thread::interrupt);
    }
}
