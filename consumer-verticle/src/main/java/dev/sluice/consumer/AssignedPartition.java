package dev.sluice.consumer;

import org.apache.kafka.common.TopicPartition;

import java.util.concurrent.atomic.AtomicLong;

/**
 * One tenure over a partition, from its assignment to its revocation. A later assignment of the same partition is
 * another object, so a result that comes late settles a tenure that nobody commits any more: the object is the epoch.
 *
 * <p>The poll thread reads and commits, the event loop settles; the tracker is guarded by this object.
 */
final class AssignedPartition {

    private static final long NONE = -1;

    private final TopicPartition topicPartition;
    private final String topicId;
    private final long suspectUntil;
    private final int epoch;
    private final OffsetTracker tracker;
    /** Bytes of records that were read and are not settled. */
    private final AtomicLong unsettledBytes = new AtomicLong();
    /** Works above it are abandoned. It never rises. */
    private volatile long last = Long.MAX_VALUE;
    /** Event loop only. */
    private long highestStarted = NONE;
    /** Works that have started and not ended. Event loop only. */
    private int running;
    /** Last committed watermark. Poll thread only. */
    private long committed;
    /** Committed before the events below it ran; 0 but for {@link CommittedFirst}. */
    private volatile long ahead;

    AssignedPartition(TopicPartition topicPartition, String topicId, long position) {
        this(topicPartition, topicId, position, -1, 0);
    }

    /**
     * @param suspectUntil see {@link #suspectUntil}
     * @param epoch        of the member in its group when it was assigned: a later owner's is higher
     */
    AssignedPartition(TopicPartition topicPartition, String topicId, long position, long suspectUntil, int epoch) {
        this.suspectUntil = suspectUntil;
        this.topicPartition = topicPartition;
        this.epoch = epoch;
        this.topicId = topicId;
        this.tracker = new OffsetTracker(position);
        this.committed = position;
    }

    TopicPartition topicPartition() {
        return topicPartition;
    }

    /** Kafka's id of the topic, part of the identity of last resort. */
    String topicId() {
        return topicId;
    }

    /** Its last owner did not hand it over: what killed it may be among the records below this offset. -1 if it did. */
    long suspectUntil() {
        return suspectUntil;
    }

    int epoch() {
        return epoch;
    }

    synchronized void onPolled(long offset, int bytes) {
        tracker.onPolled(offset);
        unsettledBytes.addAndGet(bytes);
    }

    synchronized void onPosition(long next) {
        tracker.onPosition(next);
    }

    /** @param bytes as given to {@link #onPolled} */
    synchronized void settle(long offset, int bytes) {
        if (tracker.settle(offset)) {
            unsettledBytes.addAndGet(-bytes);
        }
    }

    synchronized long watermark() {
        return Math.max(ahead, tracker.watermark());
    }

    synchronized int pending() {
        return tracker.pending();
    }

    long unsettledBytes() {
        return unsettledBytes.get();
    }

    /** All of it is abandoned. Any thread. */
    synchronized void close() {
        last = NONE;
    }

    /** What lies above all that has started is abandoned; what lies below may still start, and leaves no gap. Event loop. */
    synchronized void closeAboveStarted() {
        last = Math.min(last, highestStarted);
    }

    boolean isClosed() {
        return last == NONE;
    }

    /** It is being given up, or has been. */
    boolean isClosing() {
        return last != Long.MAX_VALUE;
    }

    boolean isAbandoned(long offset) {
        return offset > last;
    }

    void onStarted(long offset) {
        running++;
        highestStarted = Math.max(highestStarted, offset);
    }

    void onEnded() {
        running--;
    }

    int running() {
        return running;
    }

    long committed() {
        return committed;
    }

    /** All below the offset is committed, whatever becomes of it. Poll thread. */
    void onCommittedAhead(long next) {
        ahead = Math.max(ahead, next);
        onCommitted(next);
    }

    /** Any thread. */
    boolean isCommittedAhead(long offset) {
        return offset < ahead;
    }

    void onCommitted(long offset) {
        committed = Math.max(committed, offset);
    }

    @Override
    public String toString() {
        return topicPartition + "@" + watermark();
    }
}
