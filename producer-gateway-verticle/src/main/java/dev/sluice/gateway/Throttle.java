package dev.sluice.gateway;

import dev.sluice.bus.SharedPressure;

import java.time.Duration;
import java.util.List;

/**
 * How many events one gateway lets in while consumers are pressed. The measure is what all gateways let in before; times
 * (1 - pressure), and 1 % at least, so that they notice when things get better; and of that its share among those that live
 * now. So what is let in stays the same when one comes or goes. Pure: times are handed in, in ns.
 */
final class Throttle {

    private static final double FLOOR = 0.01;
    /** What gateways are taken to have let in that have hardly been used so far, in events/s. */
    private static final double LEAST_MEASURE = 2_000;
    /** What may come at once, in seconds of the rate. */
    private static final double BURST_SECONDS = 0.1;
    /** And events: who waits for a small rate looks ever more seldom, and still has all of it. */
    private static final double LEAST_BURST = 4;
    private static final long SECOND = 1_000_000_000L;
    private static final int MEASURED_SECONDS = 60;
    private static final long LONGEST_WAIT_SECONDS = 30;

    private final long holdNanos;
    /** Events let in by second, unthrottled, of the last 60 seconds in which there were any. */
    private final long[] seconds = new long[MEASURED_SECONDS];
    private long currentSecond = Long.MIN_VALUE;
    private int measured;
    private double pressure;
    private long pressedUntil;
    private boolean on;
    /** Events/s that all gateways let in before the consumers were pressed. */
    private double measure;
    private final RecentRate wanted = new RecentRate();
    /** The live gateways, this one among them. */
    private List<GatewayLoad> live = List.of(new GatewayLoad(0, 0, 0));
    private int own;
    /** Of the rate that is let in, this gateway's part. */
    private double share = 1;
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
                measure = Math.max(LEAST_MEASURE, measureOfAll());
                tokens = 0;
                filledAt = now;
            }
            pressure = Math.min(1, level);
            pressedUntil = now + holdNanos;
        }
        divide();
    }

    /** @param gateways that live, this one among them @param own index of this one */
    void onPeers(List<GatewayLoad> gateways, int own) {
        this.live = List.copyOf(gateways);
        this.own = own;
        divide();
    }

    /** What this gateway tells the others. */
    GatewayLoad load(long now) {
        return new GatewayLoad(measuredRate(), wanted.perSecond(now), isOn(now) ? measure : 0);
    }

    /** Somebody wants an event let in. */
    void onWanted(long now) {
        wanted.onOne(now);
    }

    /** One that throttles already has seen all of them before; else each says what it let in itself. */
    private double measureOfAll() {
        double remembered = live.stream().mapToDouble(GatewayLoad::measure).max().orElse(0);
        double others = 0;
        for (int i = 0; i < live.size(); i++) {
            others += i == own ? 0 : live.get(i).sustained();
        }
        return remembered > 0 ? remembered : measuredRate() + others;
    }

    private void divide() {
        double rate = rateOfAll();
        share = rate > 0 ? GatewayLoad.shareOf(rate, live, own) / rate : 1.0 / live.size();
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
        tokens = Math.min(Math.max(LEAST_BURST, rate * BURST_SECONDS), tokens + rate * (now - filledAt) / SECOND);
        filledAt = now;
        if (tokens < 1) {
            return false;
        }
        tokens--;
        return true;
    }

    /** Events/s that this gateway lets in; infinite while it is off. */
    double admittedRate(long now) {
        return isOn(now) ? rate() : Double.POSITIVE_INFINITY;
    }

    /** When the next one would be let in behind so many that wait. */
    Duration waitBehind(int waiting) {
        return Duration.ofSeconds(Math.max(1, Math.min(LONGEST_WAIT_SECONDS, (long) Math.ceil((waiting + 1) / rate()))));
    }

    private double rate() {
        return rateOfAll() * share;
    }

    private double rateOfAll() {
        return Math.max(measure * FLOOR, measure * (1 - pressure));
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
