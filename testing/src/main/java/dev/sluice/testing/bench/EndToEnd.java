package dev.sluice.testing.bench;

import dev.sluice.devstack.Ports;
import org.HdrHistogram.Histogram;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * From HTTP to the commit, at rates that don't wait for anybody: the latency of an event is that from when it was due to
 * when its transaction had committed, by PostgreSQL's own record of commits. Subjects without a gateway are fed by Kafka.
 */
final class EndToEnd {

    /** As the issue of the benchmarks has them; measured in this order, after a warm-up at each. */
    static final List<Integer> RATES = List.of(2_000, 8_500);
    static final String PROFILE = "latency";
    private static final String HIGHEST = "highest";
    private static final int WARM_UP_SECONDS = 24;
    private static final int SECONDS = 10;
    /** At the highest of the rates, besides what warms up. */
    private static final int LEARNING_SECONDS = 40;
    /** Of a step on the way to the highest rate, and how long after it the last commit may be. */
    private static final int STEP_SECONDS = 5;
    private static final long HOLDS_MICROS = 1_000_000;
    private static final double STEP = 1.25;
    private static final int LANES = 4;

    static final String VERTICLES = "gateway=1,consumer=1";

    private final Arena arena;
    private final int entities;
    private final int partitions;

    EndToEnd(Arena arena, int entities, int partitions) throws SQLException {
        this.arena = arena;
        this.entities = entities / LANES * LANES;
        this.partitions = partitions;
        arena.recordCommits();
    }

    /** Loads that follow each other on a subject that runs. */
    interface Course {
        /** @return a run for each of them */
        Map<String, Run> over(Site site) throws Exception;
    }

    /** @return a run for each rate, and one for the highest that held */
    Map<String, Run> run(Subject subject) throws Exception {
        return run(subject, this::phases);
    }

    Map<String, Run> run(Subject subject, Course course) throws Exception {
        arena.empty();
        String topic = "end-to-end-" + System.nanoTime();
        arena.create(topic, partitions);
        URI gateway = URI.create("http://127.0.0.1:" + Ports.oneFree());
        Process process = subject.start(arena, topic, partitions, topic, VERTICLES,
                "profile=" + PROFILE, "gateway.port=" + gateway.getPort(), "gateway.topic=" + topic);
        try {
            if (subject.isSluice()) {
                awaitListening(subject, process, gateway);
            }
            return course.over(new Site(subject, process, topic, gateway));
        } finally {
            Subject.end(process);
        }
    }

    /** What the JVMs of later runs have from this one, which is longer than a warm-up. */
    void learn(Subject subject) throws Exception {
        run(subject, site -> {
            int first = 0;
            for (int rate : RATES) {
                first = phase(site, rate, first, WARM_UP_SECONDS).loop().end();
            }
            phase(site, RATES.get(RATES.size() - 1), first, LEARNING_SECONDS);
            return Map.of();
        });
    }

    record Site(Subject subject, Process process, String topic, URI gateway) {
    }

    private Map<String, Run> phases(Site site) throws Exception {
        Map<String, Run> runs = new LinkedHashMap<>();
        int first = 0;
        for (int rate : RATES) {
            first = phase(site, rate, first, WARM_UP_SECONDS / RATES.size()).loop().end();
        }
        for (int rate : RATES) {
            Phase phase = phase(site, rate, first, SECONDS);
            runs.put(Integer.toString(rate), phase.run());
            first = phase.loop().end();
        }
        Phase highest = null;
        for (double rate = RATES.get(RATES.size() - 1) * STEP; ; rate *= STEP) {
            Phase phase = phase(site, (int) rate, first, STEP_SECONDS);
            first = phase.loop().end();
            if (phase.lateMicros() > HOLDS_MICROS || phase.turnedAway() > 0) {
                break;
            }
            highest = phase;
        }
        if (highest != null) {
            runs.put(HIGHEST, highest.run());
        }
        return runs;
    }

    /**
     * @param lateMicros from when the last event was due to the last commit
     * @param turnedAway events that the gateway did not take
     */
    record Phase(OpenLoop loop, Run run, long lateMicros, int turnedAway) {
    }

    Phase phase(Site site, int rate, int first, int seconds) throws Exception {
        return phases(site, List.of(OpenLoop.startingSoon(rate, first, seconds))).get(0);
    }

    /** One after the other, without waiting for what the earlier ones have sent. */
    List<Phase> phases(Site site, List<OpenLoop> loops) throws Exception {
        Usage before = Usage.now(site.process().pid(), arena);
        List<Integer> turnedAway = new ArrayList<>();
        for (OpenLoop loop : loops) {
            turnedAway.add(send(site, loop));
        }
        long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
        while (arena.lag(site.topic(), site.topic(), partitions) > 0) {
            site.subject().requireAlive(arena, site.process());
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException(site.subject().title() + " is not done 2 min after the last event");
            }
            site.process().waitFor(20, TimeUnit.MILLISECONDS);
        }
        Usage used = Usage.now(site.process().pid(), arena).since(before).per100k(loops.stream().mapToInt(OpenLoop::events).sum());
        List<Phase> phases = new ArrayList<>();
        for (int i = 0; i < loops.size(); i++) {
            phases.add(measured(site, loops.get(i), used, turnedAway.get(i)));
        }
        return phases;
    }

    /** @return events that were turned away */
    private int send(Site site, OpenLoop loop) throws Exception {
        if (site.subject().isSluice()) {
            return sendByHttp(site, loop);
        }
        try (KafkaLane lane = new KafkaLane(arena.stack().kafka().bootstrapServers(), site.topic(), this::key, this::event)) {
            loop.run(0, 1, lane);
            return 0;
        }
    }

    /** An entity's events are all in one lane, since the lanes divide the entities. */
    private int sendByHttp(Site site, OpenLoop loop) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(LANES);
        try {
            List<Future<Integer>> lanes = new ArrayList<>();
            for (int i = 0; i < LANES; i++) {
                int number = i;
                lanes.add(threads.submit(() -> {
                    try (NdjsonLane lane = new NdjsonLane(site.gateway(), this::event)) {
                        loop.run(number, LANES, lane);
                        return lane.finish();
                    }
                }));
            }
            int turnedAway = 0;
            for (Future<Integer> lane : lanes) {
                turnedAway += lane.get();
            }
            if (turnedAway > 0) {
                System.err.println(site.subject().title() + " turned " + turnedAway + " of " + loop.events() + " events at "
                        + loop.rate() + "/s away; the figures are those of the others");
            }
            return turnedAway;
        } finally {
            threads.shutdownNow();
        }
    }

    private byte[] key(int index) {
        return ("account:" + index % entities).getBytes(StandardCharsets.UTF_8);
    }

    private byte[] event(int index) {
        return Workload.event(new UUID(index * 0x9E3779B97F4A7C15L, index), index % entities, index / entities + 1, 300, 1_000 + index % 900_000);
    }

    private Phase measured(Site site, OpenLoop loop, Usage used, int turnedAway) throws SQLException {
        Histogram micros = new Histogram(TimeUnit.MINUTES.toMicros(10), 3);
        long last = 0;
        try (Connection connection = arena.stack().postgres().connectAsSuperuser(arena.stack().postgres().database());
             Statement statement = connection.createStatement();
             ResultSet rows = statement.executeQuery("SELECT index, micros FROM (SELECT "
                     + "('x' || right(event_id, 8))::bit(32)::int AS index, "
                     + "(extract(epoch FROM pg_xact_commit_timestamp(xmin)) * 1000000)::bigint AS micros "
                     + "FROM " + site.subject().table().effects() + ") AS events WHERE index >= " + loop.first() + " AND index < " + loop.end())) {
            while (rows.next()) {
                micros.recordValue(Math.max(0, rows.getLong(2) - loop.dueMicros(rows.getInt(1))));
                last = Math.max(last, rows.getLong(2));
            }
        }
        int taken = loop.events() - turnedAway;
        if (micros.getTotalCount() != taken) {
            throw new IllegalStateException(site.subject().title() + " is wrong: " + micros.getTotalCount() + " of "
                    + taken + " events had their effect");
        }
        Run.Latency latency = new Run.Latency(micros.getValueAtPercentile(50) / 1e3, micros.getValueAtPercentile(99) / 1e3,
                micros.getValueAtPercentile(99.9) / 1e3);
        return new Phase(loop, new Run(taken * 1e6 / (last - loop.beganMicros()), used,
                ProcessUsage.peakRssMiB(site.process().pid()), null, latency), last - loop.dueMicros(loop.end() - 1), turnedAway);
    }

    private void awaitListening(Subject subject, Process process, URI gateway) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        while (true) {
            subject.requireAlive(arena, process);
            try {
                new Socket(gateway.getHost(), gateway.getPort()).close();
                return;
            } catch (IOException notYet) {
                if (System.nanoTime() > deadline) {
                    throw notYet;
                }
                process.waitFor(100, TimeUnit.MILLISECONDS);
            }
        }
    }
}
