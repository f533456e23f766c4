package dev.sluice.testing.simulation;

import dev.sluice.api.Event;
import dev.sluice.event.FailureHeaders;
import dev.sluice.event.RawRecord;
import dev.sluice.event.Topics;
import dev.sluice.failure.AlreadyDead;
import dev.sluice.failure.RetrySchedule;
import dev.sluice.testing.simulation.Scenario.Nature;
import dev.sluice.testing.simulation.Scenario.PlannedEvent;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** The retries and letters that Kafka has: who may have one, how often, and when. */
final class MovedRecords {

    /** From the moment at which a header is written until Kafka has the record. */
    private static final long WRITING_MILLIS = 10_000;

    private final World world;
    private final Guarantees guarantees;
    /** Retries made, by identity: the highest count of a copy. */
    private final Map<String, Integer> retries = new HashMap<>();
    /** The same, parked rows included. */
    private final Map<String, Integer> furthest = new HashMap<>();
    /** By identity and retry: when the first copy is due. */
    private final Map<String, Long> due = new HashMap<>();
    private final Set<String> letters = new HashSet<>();

    MovedRecords(World world, Guarantees guarantees) {
        this.world = world;
        this.guarantees = guarantees;
    }

    static String identityOf(RawRecord record) {
        String moved = record.header(FailureHeaders.EVENT_IDENTITY);
        return moved != null ? moved : record.header("ce_source") + " " + record.header("ce_id");
    }

    private static String text(ConsumerRecord<byte[], byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null ? null : new String(header.value(), StandardCharsets.UTF_8);
    }

    private static String identityOf(ConsumerRecord<byte[], byte[]> record) {
        String moved = text(record, FailureHeaders.EVENT_IDENTITY);
        return moved != null ? moved : text(record, "ce_source") + " " + text(record, "ce_id");
    }

    void onWritten(ConsumerRecord<byte[], byte[]> record) {
        String identity = identityOf(record);
        int count = Integer.parseInt(text(record, FailureHeaders.RETRY_COUNT));
        world.count("moved to " + record.topic());
        world.trace("%s is moved to %s as retry %d", identity, record.topic(), count);
        if (!guarantees.wasReported(identity)) {
            throw guarantees.broken("only what failed is moved", identity + " is in " + record.topic());
        }
        if (Topics.isRetry(record.topic())) {
            onRetry(record, identity, count);
        } else {
            onLetter(record, identity, count);
        }
    }

    private void onRetry(ConsumerRecord<byte[], byte[]> record, String identity, int count) {
        RetrySchedule schedule = world.scenario().retries();
        int before = retries.getOrDefault(identity, 0);
        if (count < 1 || count > schedule.max() || count > before + 1) {
            throw guarantees.broken("retries are counted", identity + " has retry " + count + " after " + before);
        }
        retries.put(identity, Math.max(before, count));
        furthest.merge(identity, count, Math::max);
        long after = Instant.parse(text(record, FailureHeaders.RETRY_AFTER)).toEpochMilli();
        long delay = after - world.schedule().millis();
        long promised = schedule.delayBefore(count).toMillis();
        if (delay > promised || delay < promised - WRITING_MILLIS) {
            throw guarantees.broken("a retry waits as long as its schedule says", identity + " waits " + delay + " ms, not "
                    + promised);
        }
        due.merge(identity + '#' + count, after, Math::min);
    }

    private void onLetter(ConsumerRecord<byte[], byte[]> record, String identity, int count) {
        PlannedEvent event = world.scenario().ofIdentity(identity);
        boolean poison = record.topic().equals(Topics.DLQ_POISON);
        boolean again = letters.contains(identity);
        boolean usedUp = furthest.getOrDefault(identity, 0) == world.scenario().retries().max();
        boolean right = again || switch (event.nature()) {
            case GOOD, PASSING, HANGING -> !poison && (usedUp || "BLOCKED_BY".equals(text(record, FailureHeaders.ERROR_TYPE))
                    || isSecondOfABlocked(record, identity));
            case PERMANENT, REFUSED -> !poison;
            case UNKNOWN -> true;
            case UNREADABLE -> poison;
            case FOREIGN -> false;
        };
        if (!right) {
            throw guarantees.broken("only what can't be processed is dead", identity + " (" + event.nature() + ") is in "
                    + record.topic() + " after " + count + " retries");
        }
        boolean itsOwnFault = "simulated".equals(text(record, FailureHeaders.ERROR_MESSAGE))
                && !"BLOCKED_BY".equals(text(record, FailureHeaders.ERROR_TYPE));
        if (event.nature() == Nature.PASSING && itsOwnFault && event.failures() <= world.scenario().retries().max()) {
            throw guarantees.broken("the handler is told which delivery it is", identity + " failed more often than its nature is");
        }
        if (!"dead".equals(world.database().inbox().committed(identity))) {
            throw guarantees.broken("a dead event is buried before its letter is written", identity + " is not");
        }
        if (event.canTakeEffect()) {
            world.count("healthy events given up: " + text(record, FailureHeaders.ERROR_TYPE));
        }
        letters.add(identity);
    }

    /** Its first letter was lost with the answer, and the inbox doesn't hold why it was dead. */
    private boolean isSecondOfABlocked(ConsumerRecord<byte[], byte[]> record, String identity) {
        return AlreadyDead.MESSAGE.equals(text(record, FailureHeaders.ERROR_MESSAGE)) && guarantees.wasBlocked(identity);
    }

    /** A row of parked_events is written: as a retry, when it has attempts. */
    void onParked(ParkedRow row, ParkedRow before) {
        world.count("parked: " + row.reason());
        int made = before == null ? 0 : before.attempts();
        if (row.attempts() > world.scenario().retries().max() || row.attempts() > made + 1) {
            throw guarantees.broken("retries are counted", row.identity() + " has retry " + row.attempts() + " after " + made);
        }
        furthest.merge(row.identity(), row.attempts(), Math::max);
        if (row.attempts() > 0) {
            due.merge(row.identity() + '#' + row.attempts(), row.dueAt().toInstant().toEpochMilli(), Math::min);
        }
    }

    void onHandled(Event event) {
        Long notBefore = due.get(event.id() + '#' + (event.attempt() - 1));
        if (event.attempt() > 1 && (notBefore == null || world.schedule().millis() < notBefore)) {
            throw guarantees.broken("a retry comes when it is due, and not before", event.id() + " attempt " + event.attempt());
        }
    }

    boolean hasLetter(String identity) {
        return letters.contains(identity);
    }

    /** Whether the record may be passed by a committed offset. */
    boolean isDurable(ConsumerRecord<byte[], byte[]> record) {
        String identity = identityOf(record);
        if (world.scenario().ofIdentity(identity).nature() == Nature.FOREIGN) {
            return true;
        }
        int own = Topics.isRetry(record.topic()) ? Integer.parseInt(text(record, FailureHeaders.RETRY_COUNT)) : 0;
        if (retries.getOrDefault(identity, 0) > own) {
            return true; // the copy has a commit of its own
        }
        if (world.database().parked().committed(record.topic() + '-' + record.partition() + '@' + record.offset()) != null) {
            return true; // its row goes with its outcome
        }
        String inbox = world.database().inbox().committed(identity);
        return inbox != null && (!inbox.equals("dead") || letters.contains(identity));
    }
}
