package dev.sluice.testing.bench;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Events that are due at even intervals, whatever becomes of the earlier ones: who is late is late for all that follow,
 * and the latency counts from when each should have been sent.
 *
 * @param first       number of its first event
 * @param beganMicros when that is due, microseconds since the epoch
 */
record OpenLoop(int rate, int first, int events, long beganMicros) {

    /** A lane sleeps no shorter: who wakes for each event takes the cores from those that are measured. */
    private static final Duration TICK = Duration.ofMillis(1);

    /** One lane of the load; lanes run at the same time, each on a thread of its own. */
    interface Lane {
        void send(int index) throws Exception;

        /** All that was due has been sent. */
        void flush() throws Exception;
    }

    static OpenLoop startingSoon(int rate, int first, int seconds) {
        return new OpenLoop(rate, first, rate * seconds, nowMicros() + 100_000);
    }

    /** The load that begins when this one ends. */
    OpenLoop then(int nextRate, int seconds) {
        return new OpenLoop(nextRate, end(), nextRate * seconds, dueMicros(end()));
    }

    long dueMicros(int index) {
        return beganMicros + (index - first) * 1_000_000L / rate;
    }

    int end() {
        return first + events;
    }

    /** Every {@code lanes}th event, each when it is due or up to {@link #TICK} later. @param number of this lane, from 0 */
    void run(int number, int lanes, Lane lane) throws Exception {
        int next = first + Math.floorMod(number - first, lanes);
        while (next < end()) {
            long now = nowMicros();
            int sent = 0;
            for (; next < end() && dueMicros(next) <= now; next += lanes) {
                lane.send(next);
                sent++;
            }
            if (sent > 0) {
                lane.flush();
            }
            if (next < end()) {
                LockSupport.parkNanos(Math.max(TICK.toNanos(), TimeUnit.MICROSECONDS.toNanos(dueMicros(next) - nowMicros())));
            }
        }
    }

    private static long nowMicros() {
        Instant now = Instant.now();
        return now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000;
    }
}
