package dev.sluice.consumer;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** Works of one entity, offered in any order, taken in that of their sequences and without a gap. Pure. */
final class EntityOrder {

    private final Set<Long> givenUp;
    private final SortedMap<Long, Work> early = new TreeMap<>();
    private final List<Work> late = new ArrayList<>();
    private long last;

    /** @param last had its effect @param givenUp sequences that nobody waits for */
    EntityOrder(long last, Collection<Long> givenUp) {
        this.last = last;
        this.givenUp = new HashSet<>(givenUp);
    }

    /** @param current gets the work if it is next, and those offered before that are next then */
    void offer(long sequence, Work work, List<Work> current) {
        skip();
        if (sequence <= last) {
            late.add(work);
            return;
        }
        Work other = early.putIfAbsent(sequence, work);
        if (other != null) {
            late.add(work);
        }
        while (!early.isEmpty() && early.firstKey() == last + 1) {
            last = early.firstKey();
            current.add(early.remove(last));
            skip();
        }
    }

    private void skip() {
        while (givenUp.remove(last + 1)) {
            last++;
        }
    }

    Collection<Work> early() {
        return early.values();
    }

    /** Out of date: theirs, or a later one, has had its effect or is about to. */
    List<Work> late() {
        return late;
    }

    long last() {
        return last;
    }
}
