package dev.sluice.dlq;

/** How many there were in the last hour, to the minute. Any thread. */
final class HourlyCount {

    private static final int MINUTES = 60;

    private final long[] counts = new long[MINUTES];
    /** The minute (since the epoch) that a slot counts; slots of an older one count nothing. */
    private final long[] minutes = new long[MINUTES];

    synchronized void add(long nowMillis) {
        long minute = nowMillis / 60_000;
        int slot = (int) (minute % MINUTES);
        if (minutes[slot] != minute) {
            minutes[slot] = minute;
            counts[slot] = 0;
        }
        counts[slot]++;
    }

    synchronized long total(long nowMillis) {
        long oldest = nowMillis / 60_000 - MINUTES + 1;
        long total = 0;
        for (int slot = 0; slot < MINUTES; slot++) {
            total += minutes[slot] >= oldest ? counts[slot] : 0;
        }
        return total;
    }
}
