package dev.sluice.testing.bench;

import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * The consumer alone: a full topic, an empty table, and the time from the first effect to the last, by the clock of
 * PostgreSQL. CPU is that of the same time; starting a process and joining a group is not in it.
 */
final class Drain {

    private static final long DEADLINE_NANOS = TimeUnit.MINUTES.toNanos(5);

    static final String VERTICLES = "consumer=1";

    private final Arena arena;
    private final Workload workload;
    private final String topic;
    private final int records;

    Drain(Arena arena, Workload workload) throws ExecutionException, InterruptedException {
        this.arena = arena;
        this.workload = workload;
        this.topic = "drain-" + System.nanoTime();
        this.records = arena.fill(topic, workload);
    }

    /** @param number of the run, which has a group of its own */
    Run run(Subject subject, int number) throws Exception {
        return run(subject, number, 1);
    }

    /** @param instances processes; memory is that of the largest */
    Run run(Subject subject, int number, int instances) throws Exception {
        arena.empty();
        String group = subject.title() + "-" + number + "-" + System.nanoTime();
        long began = System.nanoTime();
        Process process = subject.start(arena, topic, workload.partitions(), group, VERTICLES);
        List<Process> all = new ArrayList<>(List.of(process));
        try (Connection connection = arena.stack().postgres().connect(); Statement statement = connection.createStatement()) {
            for (int i = 1; i < instances; i++) {
                all.add(subject.join(arena, topic, workload.partitions(), group, VERTICLES, "node.name=" + group + "-" + i));
            }
            List<Long> pids = all.stream().map(Process::pid).toList();
            String first = "SELECT count(*) FROM (SELECT 1 FROM " + subject.table().effects() + " LIMIT 1) AS one";
            while (number(statement, first) == 0) {
                pause(subject, process, began, 5);
            }
            double joinSeconds = (System.nanoTime() - began) / 1e9;
            Usage start = Usage.now(pids, arena);
            while (arena.lag(group, topic, workload.partitions()) > 0) {
                pause(subject, process, began, 50);
            }
            Usage used = Usage.now(pids, arena).since(start);
            double rss = pids.stream().mapToDouble(ProcessUsage::peakRssMiB).max().orElseThrow();
            check(subject, statement);
            return new Run(records / seconds(subject, statement), used.per100k(records), rss, joinSeconds, null);
        } finally {
            for (Process each : all) {
                Subject.end(each);
            }
        }
    }

    /** No run follows: the topic goes. */
    void forget() throws ExecutionException, InterruptedException {
        arena.delete(topic);
    }

    /** Between the beginnings of the first and the last transaction, and one more like those between. */
    private static double seconds(Subject subject, Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery("SELECT extract(epoch FROM max(processed_at) - min(processed_at)), "
                + "count(DISTINCT processed_at) FROM " + subject.table().effects())) {
            row.next();
            double seconds = row.getDouble(1);
            return seconds + seconds / Math.max(1, row.getInt(2) - 1);
        }
    }

    private void check(Subject subject, Statement statement) throws SQLException {
        long once = number(statement, subject.table().once());
        long outOfOrder = number(statement, subject.table().outOfOrder());
        if (once != workload.events() || outOfOrder != 0) {
            throw new IllegalStateException(subject.title() + " is wrong: " + once + " of " + workload.events()
                    + " events had their effect once, " + outOfOrder + " out of order");
        }
    }

    private static long number(Statement statement, String query) throws SQLException {
        try (ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }

    private void pause(Subject subject, Process process, long began, long millis) throws InterruptedException, IOException {
        subject.requireAlive(arena, process);
        if (System.nanoTime() - began > DEADLINE_NANOS) {
            throw new IllegalStateException(subject.title() + " is not done after 5 min; its log: " + subject.log(arena));
        }
        process.waitFor(millis, TimeUnit.MILLISECONDS);
    }
}
