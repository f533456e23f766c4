package dev.sluice.consumer;

import dev.sluice.api.Event;
import dev.sluice.event.Decoded;
import dev.sluice.event.FailureHeaders;
import dev.sluice.event.RawRecord;
import dev.sluice.event.Topics;
import dev.sluice.trace.Traces;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** One record, from Kafka or from {@code parked_events}, on its way to an outcome. Two works are never equal, even of copies of the same event. */
final class Work {

    /** Of a batch, in a log line. */
    private static final int NAMED = 10;

    private final AssignedPartition partition;
    private final RawRecord record;
    private final Decoded decoded;
    private final int bytes;
    private final long polledNanos;
    private boolean recognised;
    /** Null but for what PostgreSQL has had. */
    private Event body;
    /** Null for what comes from Kafka. */
    private final Parked parked;
    /** What it was taken from, while it is under way; {@link KeyLanes}' own. */
    private KeyLanes.Lane lane;
    /** The next of its lane, while it waits; {@link KeyLanes}' own. */
    private Work behind;
    private boolean suspected;

    /**
     * What its row in {@code parked_events} tells.
     *
     * @param attempts retries made
     * @param blocked  the one before it is dead: it has one attempt
     * @param reason   why it runs now
     */
    record Parked(int attempts, boolean blocked, Reason reason) {
    }

    /** Why a row has become a work. */
    enum Reason {
        /** It is its lane's turn. */
        LANE,
        /** What was missing before it has come. */
        GAP,
        /** What is missing before it has not come for too long. */
        OVERDUE
    }

    /** @param polledNanos {@link System#nanoTime} when it was read */
    Work(AssignedPartition partition, RawRecord record, Decoded decoded, long polledNanos) {
        this(partition, record, decoded, polledNanos, null);
    }

    Work(AssignedPartition partition, RawRecord record, Decoded decoded, long polledNanos, Parked parked) {
        this.partition = partition;
        this.record = record;
        this.decoded = decoded;
        this.bytes = record.size();
        this.polledNanos = polledNanos;
        this.parked = parked;
    }

    /** The same, with another way to go. */
    Work as(Decoded instead) {
        return new Work(partition, record, instead, polledNanos, parked);
    }

    AssignedPartition partition() {
        return partition;
    }

    RawRecord record() {
        return record;
    }

    Decoded decoded() {
        return decoded;
    }

    /** @throws IllegalStateException for a record that can't be read */
    Event event() {
        if (decoded instanceof Decoded.Readable readable) {
            return readable.event();
        }
        if (body != null) {
            return body;
        }
        throw new IllegalStateException(record + " can't be decoded");
    }

    /** Of {@link Decoded.Elsewhere}. */
    void onBodyRead(Event read) {
        body = read;
    }

    String eventId() {
        return decoded.eventId();
    }

    /** An operator has sent its dead letter back. Sluice alone writes to retry topics, so only there the header counts. */
    boolean isReplay() {
        return Topics.isRetry(record.topic()) && record.header(FailureHeaders.REPLAY_OF) != null;
    }

    /** It comes from {@code parked_events}: its offset is settled, and its row goes with its outcome. */
    boolean isParked() {
        return parked != null;
    }

    /** Its row waits for a missing event of its entity, not for its lane. */
    boolean isInGap() {
        return parked != null && parked.reason() != Reason.LANE;
    }

    /** Null unless {@link #isParked}. */
    Parked parked() {
        return parked;
    }

    /** @param is whether its batch seems to have failed because of it, see {@link Suspicion} */
    void suspect(boolean is) {
        suspected = is;
    }

    boolean isSuspected() {
        return suspected;
    }

    KeyLanes.Lane lane() {
        return lane;
    }

    Work behind() {
        return behind;
    }

    void queue(Work next) {
        behind = next;
    }

    void takenFrom(KeyLanes.Lane from) {
        lane = from;
    }

    /** Cheaper than the one of its own that an object would be given at the first call. */
    @Override
    public int hashCode() {
        return Long.hashCode(record.offset() * 31 + record.partition());
    }

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    /** It is a repeat, and PostgreSQL was not asked. Event loop only. */
    void onRecognised() {
        recognised = true;
    }

    boolean isRecognised() {
        return recognised;
    }

    /** What a log line about it says. */
    Map<String, String> logFields(String group) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("group", group);
        fields.put("topic", record.topic());
        fields.put("partition", Integer.toString(record.partition()));
        fields.put("offset", Long.toString(record.offset()));
        fields.put("eventId", eventId());
        fields.put("traceId", traceId());
        return fields;
    }

    /** What a log line about all of them says. */
    static Map<String, String> logFields(String group, List<Work> works) {
        if (works.size() == 1) {
            return works.get(0).logFields(group);
        }
        return Map.of("group", group, "events", Integer.toString(works.size()), "eventIds", works.stream().limit(NAMED)
                .map(Work::eventId).collect(Collectors.joining(", ", "[", works.size() > NAMED ? ", ...]" : "]")));
    }

    /** For a log line. */
    String traceId() {
        return Traces.idOf(record.header(Traces.HEADER));
    }

    int bytes() {
        return bytes;
    }

    long polledNanos() {
        return polledNanos;
    }

    /** Its partition is taken away: there is nobody to settle for, or soon won't be. A row waits for the next owner. */
    boolean isAbandoned() {
        return parked == null ? partition.isAbandoned(record.offset()) : partition.isClosing();
    }

    void settle() {
        if (parked == null) {
            partition.settle(record.offset(), bytes);
        }
    }
}
