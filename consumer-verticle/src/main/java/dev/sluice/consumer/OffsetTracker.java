package dev.sluice.consumer;

/**
 * The offsets of one partition that were read and are not settled, and from them the watermark: the highest offset such
 * that it and every lower one that was read are settled, plus one, which is what may be committed. Offsets that Kafka
 * left out (transactions, compaction) are never walked over.
 *
 * <p>A ring of offsets in the order of reading, which is ascending, with a flag each; settling looks where the
 * offset stands when none is left out, else it is a binary search; the settled head is dropped. Pure, not thread-safe.
 */
final class OffsetTracker {

    /** Ascending from {@code head}; {@code size} of them are in use. Length is a power of two. */
    private long[] offsets = new long[64];
    private boolean[] settled = new boolean[64];
    private int head;
    private int size;
    /** The consumer's next offset: where the watermark stands when nothing is unsettled. */
    private long position;

    OffsetTracker(long position) {
        this.position = position;
    }

    /** An offset was read. @throws IllegalArgumentException when it is not above all that were read before */
    void onPolled(long offset) {
        if (offset < position) {
            throw new IllegalArgumentException("offset " + offset + " was read before: the next is " + position);
        }
        if (size == offsets.length) {
            grow();
        }
        int slot = slot(size++);
        offsets[slot] = offset;
        settled[slot] = false;
        position = offset + 1;
    }

    /** The consumer has moved on without a record (a transaction's marker, compacted offsets). Never moves back. */
    void onPosition(long next) {
        position = Math.max(position, next);
    }

    /** An outcome is durable. @return false when the offset isn't waiting for one: settled before, or never read */
    boolean settle(long offset) {
        int index = indexOf(offset);
        if (index < 0 || settled[slot(index)]) {
            return false;
        }
        settled[slot(index)] = true;
        while (size > 0 && settled[head]) {
            head = head + 1 & offsets.length - 1;
            size--;
        }
        return true;
    }

    /** The offset that may be committed: the next one to be read after a restart. */
    long watermark() {
        return size == 0 ? position : offsets[head];
    }

    /** Offsets between the watermark and the position, settled out of order ones included. */
    int pending() {
        return size;
    }

    private int indexOf(long offset) {
        long inARow = size == 0 ? -1 : offset - offsets[head];
        if (inARow >= 0 && inARow < size && offsets[slot((int) inARow)] == offset) {
            return (int) inARow;
        }
        int low = 0;
        int high = size - 1;
        while (low <= high) {
            int middle = low + high >>> 1;
            long found = offsets[slot(middle)];
            if (found == offset) {
                return middle;
            }
            if (found < offset) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -1;
    }

    private int slot(int index) {
        return head + index & offsets.length - 1;
    }

    private void grow() {
        long[] moreOffsets = new long[offsets.length * 2];
        boolean[] moreSettled = new boolean[offsets.length * 2];
        for (int i = 0; i < size; i++) {
            moreOffsets[i] = offsets[slot(i)];
            moreSettled[i] = settled[slot(i)];
        }
        offsets = moreOffsets;
        settled = moreSettled;
        head = 0;
    }
}
