package dev.sluice.lag;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalDouble;

/** In what time a lag is gone, at the pace of the last minute. Pure. */
final class DrainPace {

    private static final long WINDOW_MILLIS = 60_000;

    private record Point(long millis, long lag) {
    }

    private final Deque<Point> points = new ArrayDeque<>();

    /** Keeps one point that is older than the window, so that samples far apart give a pace, too. */
    void onSampled(long lag, long nowMillis) {
        points.addLast(new Point(nowMillis, lag));
        while (points.size() > 2 && second().millis() <= nowMillis - WINDOW_MILLIS) {
            points.removeFirst();
        }
    }

    private Point second() {
        var each = points.iterator();
        each.next();
        return each.next();
    }

    /** 0 when there is no lag; empty while it does not shrink, or before the second sample. */
    OptionalDouble seconds() {
        Point first = points.getFirst();
        Point last = points.getLast();
        if (last.lag() == 0) {
            return OptionalDouble.of(0);
        }
        double perMilli = (double) (first.lag() - last.lag()) / (last.millis() - first.millis());
        return last.millis() > first.millis() && perMilli > 0 ? OptionalDouble.of(last.lag() / perMilli / 1000)
                : OptionalDouble.empty();
    }
}
