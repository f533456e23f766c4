package dev.sluice.testing.prove;

import dev.sluice.devstack.Postgres;
import dev.sluice.testing.guarantee.Positions;
import org.apache.kafka.common.TopicPartition;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** Waits until groups have committed as far as the topics reach. */
final class Drain {

    private static final long PAUSE_MILLIS = 200;

    private final Positions positions;
    private final List<String> groups;
    private final List<String> topics;

    Drain(Positions positions, List<String> groups, List<String> topics) {
        this.positions = positions;
        this.groups = List.copyOf(groups);
        this.topics = List.copyOf(topics);
    }

    /** @return where the topics end, however long Kafka takes to say it */
    Map<TopicPartition, Long> ends(Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            try {
                return positions.ends(topics);
            } catch (Positions.Unanswered notNow) {
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException(notNow.getMessage(), notNow);
                }
                Thread.sleep(PAUSE_MILLIS);
            }
        }
    }

    /** @return seconds since that moment until all groups had got there; empty when they had not within the limit */
    OptionalDouble awaitReached(Map<TopicPartition, Long> ends, long sinceNanos, Duration limit) throws InterruptedException {
        while (!reached(ends)) {
            if (System.nanoTime() - sinceNanos > limit.toNanos()) {
                return OptionalDouble.empty();
            }
            Thread.sleep(PAUSE_MILLIS);
        }
        return OptionalDouble.of((System.nanoTime() - sinceNanos) / 1e9);
    }

    /** Until there is nothing more to do, retries and parked events included. */
    boolean awaitEmpty(Postgres postgres, Duration limit) throws InterruptedException {
        long since = System.nanoTime();
        while (System.nanoTime() - since < limit.toNanos()) {
            try {
                if (reached(positions.ends(topics)) && nothingIsParked(postgres)) {
                    return true;
                }
            } catch (Positions.Unanswered | SQLException notNow) {
                Thread.sleep(PAUSE_MILLIS);
            }
            Thread.sleep(PAUSE_MILLIS);
        }
        return false;
    }

    private static boolean nothingIsParked(Postgres postgres) throws SQLException {
        try (Connection connection = postgres.connect(); Statement statement = connection.createStatement();
             ResultSet rows = statement.executeQuery("SELECT NOT EXISTS (SELECT FROM parked_events)")) {
            return rows.next() && rows.getBoolean(1);
        }
    }

    private boolean reached(Map<TopicPartition, Long> ends) throws InterruptedException {
        try {
            for (String group : groups) {
                Map<TopicPartition, Long> committed = positions.committed(group);
                if (ends.entrySet().stream().anyMatch(end -> committed.getOrDefault(end.getKey(), 0L) < end.getValue())) {
                    return false;
                }
            }
            return true;
        } catch (Positions.Unanswered notNow) {
            return false;
        }
    }
}
