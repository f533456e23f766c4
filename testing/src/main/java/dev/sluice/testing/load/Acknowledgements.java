package dev.sluice.testing.load;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;

/** The record that the senders keep: which event was acknowledged, and where in Kafka it stands. Safe for threads. */
public final class Acknowledgements {

    private static final int UNKNOWN = 0;
    private static final int YES = 1;

    private final AtomicIntegerArray state;
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicLong duplicates = new AtomicLong();
    private final AtomicLong unanswered = new AtomicLong();
    private final AtomicLong turnedAway = new AtomicLong();
    private final ConcurrentLinkedQueue<String> refused = new ConcurrentLinkedQueue<>();
    /** By partition; the place in it is the offset, the value the event's number + 1, 0 for a record that is not ours. */
    private final List<int[]> places = new ArrayList<>();

    public Acknowledgements(int events) {
        state = new AtomicIntegerArray(events);
    }

    void onAcknowledged(int n, int partition, long offset, boolean duplicate) {
        if (state.getAndSet(n, YES) == UNKNOWN) {
            acknowledged.incrementAndGet();
            if (duplicate) {
                duplicates.incrementAndGet();
            }
            remember(n, partition, Math.toIntExact(offset));
        }
    }

    private synchronized void remember(int n, int partition, int offset) {
        while (places.size() <= partition) {
            places.add(new int[1_024]);
        }
        int[] known = places.get(partition);
        if (known.length <= offset) {
            known = Arrays.copyOf(known, Math.max(offset + 1, known.length * 2));
            places.set(partition, known);
        }
        known[offset] = n + 1;
    }

    /** An event that was answered in a way that no repetition mends. */
    void onRefused(int n, String answer) {
        refused.add("event " + n + ": " + answer);
    }

    /** Lines that were sent and got no answer. */
    void onUnanswered(int lines) {
        unanswered.addAndGet(lines);
    }

    /** Lines that were answered "not now". */
    void onTurnedAway(int lines) {
        turnedAway.addAndGet(lines);
    }

    public boolean has(int n) {
        return state.get(n) == YES;
    }

    public long count() {
        return acknowledged.get();
    }

    public long duplicates() {
        return duplicates.get();
    }

    public long unanswered() {
        return unanswered.get();
    }

    public long turnedAway() {
        return turnedAway.get();
    }

    public List<String> refused() {
        return List.copyOf(refused);
    }

    /** The newest acknowledged events of a partition whose offset is below that, at most so many. */
    public synchronized int[] newestBelow(int partition, long offset, int most) {
        if (partition >= places.size()) {
            return new int[0];
        }
        int[] known = places.get(partition);
        int[] found = new int[most];
        int size = 0;
        for (int at = (int) Math.min(offset, known.length) - 1; at >= 0 && size < most; at--) {
            if (known[at] > 0) {
                found[size++] = known[at] - 1;
            }
        }
        return Arrays.copyOf(found, size);
    }
}
