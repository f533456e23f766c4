package dev.sluice.testing.guarantee;

import dev.sluice.devstack.Postgres;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * At whatever moment one looks, each event below a committed offset has its outcome: in {@code processed_events} or
 * {@code parked_events}, in a retry topic, or in the dead letters. A look reads the offset first and the outcomes afterwards. Looks are taken by one
 * thread at a time; one that Kafka or PostgreSQL doesn't answer is none.
 */
public final class OffsetBehindEffect implements Guarantee {

    private static final int NEWEST = 20;
    /** Identities of a statement. */
    private static final int TOGETHER = 10_000;
    /** In one statement: a parked event's row goes in the transaction that writes its outcome. */
    private static final String OUTCOMES = """
            SELECT event_id FROM processed_events WHERE consumer_group = ? AND event_id = ANY (?)
            UNION ALL SELECT event_id FROM parked_events WHERE consumer_group = ? AND event_id = ANY (?)""";

    /** Which events stand just below an offset of a topic's partition. */
    @FunctionalInterface
    public interface Places {

        int[] newestBelow(int partition, long offset, int most);
    }

    private final Postgres postgres;
    private final Positions positions;
    private final Letters moved;
    private final Production production;
    private final Places places;
    private final String topic;
    private final List<String> groups;
    private final Finding.Count count = new Finding.Count();
    private final AtomicLong looks = new AtomicLong();

    /** @param moved must read the retry topic, too */
    public OffsetBehindEffect(Postgres postgres, Positions positions, Letters moved, Production production, Places places,
                              String topic, List<String> groups) {
        this.postgres = postgres;
        this.positions = positions;
        this.moved = moved;
        this.production = production;
        this.places = places;
        this.topic = topic;
        this.groups = List.copyOf(groups);
    }

    @Override
    public String title() {
        return "An offset is never ahead of its effects";
    }

    /** @return whether there was an answer */
    public boolean look() throws InterruptedException {
        try {
            for (String group : groups) {
                look(group, positions.committed(group));
            }
            looks.incrementAndGet();
            return true;
        } catch (Positions.Unanswered | SQLException | KafkaException notNow) {
            return false;
        }
    }

    private void look(String group, Map<TopicPartition, Long> committed) throws SQLException {
        List<String> below = new ArrayList<>();
        committed.forEach((partition, offset) -> {
            if (partition.topic().equals(topic)) {
                for (int n : places.newestBelow(partition.partition(), offset, NEWEST)) {
                    below.add(production.identity(n));
                }
            }
        });
        Set<String> missing = new HashSet<>(below);
        try (Connection connection = postgres.connect()) {
            for (int from = 0; from < below.size(); from += TOGETHER) {
                settled(connection, group, below.subList(from, Math.min(below.size(), from + TOGETHER))).forEach(missing::remove);
            }
        }
        if (!missing.isEmpty()) {
            moved.catchUp();
        }
        for (String identity : below) {
            count.check(!missing.contains(identity) || moved.hasMoved(group, identity),
                    "%s: %s lies below the committed offset and has no outcome", group, identity);
        }
    }

    private static List<String> settled(Connection connection, String group, List<String> identities) throws SQLException {
        List<String> settled = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(OUTCOMES)) {
            statement.setQueryTimeout(10);
            for (int place = 1; place <= 3; place += 2) {
                statement.setString(place, group);
                statement.setArray(place + 1, connection.createArrayOf("text", identities.toArray()));
            }
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    settled.add(rows.getString(1));
                }
            }
        }
        return settled;
    }

    public long looks() {
        return looks.get();
    }

    @Override
    public Finding judge() {
        return count.of(this);
    }
}
