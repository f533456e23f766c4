package dev.sluice.gateway;

import dev.sluice.bus.SharedPressure;

import java.time.Duration;

/**
 * How many events one instance lets in while consumers are pressed: what it let in before, times (1 - pressure), and 1 % at
 * least, so that it notices when things get better. Each gateway takes its own rate as the measure, so together they let in
 * that share of all. Pure: times are handed in, in ns.
 */
final class Throttle {

    private static final double FLOOR = 0.01;
    /** What a gateway is taken to have let in that has hardly been used so far, in events/s. */
    private static final double LEAST_MEASURE = 2_000;
    /** What may come at once, in seconds of the rate. */
    private static final double BURST_SECONDS = 0.1;
    private static final long SECOND = 1_000_000_000L;
    private static final int MEASURED_SECONDS = 5;
    private static final long LONGEST_WAIT_SECONDS = 30;

    private final long holdNanos;
    /** Events let in by second, of the last seconds in which there were any. */
    private final long[] seconds = new long[MEASURED_SECONDS];
    private long currentSecond = Long.MIN_VALUE;
    private int measured;
    private double pressure;
    private long pressedUntil;
    private boolean on;
    /** Events/s before the consumers were pressed. */
    private double sustained;
    private double tokens;
    private long filledAt;

    /** @param hold a throttle stays on for so long after the pressure has gone */
    Throttle(Duration hold) {
        this.holdNanos = hold.toNanos();
    }

    /** @param level greatest live pressure, 0 to 1 */
    void onPressure(double level, long now) {
        if (level >= SharedPressure.RAISED) {
            if (!isOn(now)) {
                on = true;
                sustained = Math.max(LEAST_MEASURE, measuredRate());
                tokens = 0;
                filledAt = now;
            }
            pressure = Math.min(1, level);
            pressedUntil = now + holdNanos;
        }
    }

    boolean isOn(long now) {
        on = on && now < pressedUntil;
        return on;
    }

    /** @return whether one more event may go now; then it counts */
    boolean tryTake(long now) {
        if (!isOn(now)) {
            measure(now);
            return true;
        }
        double rate = rate();
        tokens = Math.min(Math.max(1, rate * BURST_SECONDS), tokens + rate * (now - filledAt) / SECOND);
        filledAt = now;
        if (tokens < 1) {
            return false;
        }
        tokens--;
        return true;
    }

    /** Events/s that are let in; infinite while it is off. */
    double admittedRate(long now) {
        return isOn(now) ? rate() : Double.POSITIVE_INFINITY;
    }

    /** When the next one would be let in behind so many that wait. */
    Duration waitBehind(int waiting) {
        return Duration.ofSeconds(Math.max(1, Math.min(LONGEST_WAIT_SECONDS, (long) Math.ceil((waiting + 1) / rate()))));
    }

    private double rate() {
        return Math.max(sustained * FLOOR, sustained * (1 - pressure));
    }

    private void measure(long now) {
        long second = Math.floorDiv(now, SECOND);
        if (second != currentSecond) {
            currentSecond = second;
            measured++;
            seconds[Math.floorMod(measured, MEASURED_SECONDS)] = 0;
        }
        seconds[Math.floorMod(measured, MEASURED_SECONDS)]++;
    }

    /** The greatest of the last seconds that are over: the one under way is not complete. */
    private double measuredRate() {
        long most = 0;
        for (long second : seconds) {
            most = Math.max(most, second);
        }
        return most;
    }
}
