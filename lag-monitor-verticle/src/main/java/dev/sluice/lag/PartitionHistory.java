package dev.sluice.lag;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/** How long a group's offset has stood still over unread events, and whether its lag grows. Pure. */
final class PartitionHistory {

    static final int TREND = 10;

    /** One point per interval, however often is asked, so that ten of them are a trend. */
    private final long trendMillis;
    private final Deque<Long> lags = new ArrayDeque<>();
    private long lastPointMillis;
    private long lastNext = -1;
    private long stillSinceMillis;

    PartitionHistory(long trendMillis) {
        this.trendMillis = trendMillis;
    }

    void onSampled(long next, long outstanding, long nowMillis) {
        if (next != lastNext || outstanding == 0) {
            stillSinceMillis = nowMillis;
            lastNext = next;
        }
        if (lags.isEmpty() || nowMillis - lastPointMillis >= trendMillis) {
            lastPointMillis = nowMillis;
            lags.addLast(outstanding);
            if (lags.size() > TREND) {
                lags.removeFirst();
            }
        }
    }

    /** 0 when nothing is unread. */
    long stillMillis(long nowMillis) {
        return nowMillis - stillSinceMillis;
    }

    /** Over ten samples it never shrank, and is more than it was. */
    boolean grows() {
        if (lags.size() < TREND) {
            return false;
        }
        Iterator<Long> each = lags.iterator();
        for (long before = each.next(); each.hasNext(); ) {
            long lag = each.next();
            if (lag < before) {
                return false;
            }
            before = lag;
        }
        return newest() > oldest();
    }

    long oldest() {
        return lags.getFirst();
    }

    long newest() {
        return lags.getLast();
    }
}
