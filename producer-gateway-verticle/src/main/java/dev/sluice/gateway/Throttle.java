package dev.sluice.gateway;

import dev.sluice.bus.SharedPressure;

import java.time.Duration;
import java.util.List;

/**
 * How many events one gateway lets in while consumers are pressed. The measure is what all gateways let in before; times
 * (1 - pressure), and 1 % at least, so that they notice when things get better; and of that its share among those that live
 * now. So what is let in stays the same when one comes or goes. When the pressure has gone it lets in more and more: of what was
 * held back half each half second; the measure, and no more than that, until the hold ends. Pure: times are handed in, in ns.
 *
 * <p>The measure of one gateway is its best of the last 60 seconds with events, and half of that for each minute without any
 * since then; all together have 2,000/s at least, as when they are new. Silence does not say what consumers bear: straight
 * after it the old rate is the best guess, and one that is too high is mended by the pressure within a second, one that is
 * too low by nothing while the throttle is on. But they may have changed meanwhile, so the guess fades. While it throttles
 * no time passes in this: what is let in then is not what consumers bear.
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
    private static final double HALF_LIFE_SECONDS = 60;
    private static final long LONGEST_WAIT_SECONDS = 30;
    private static final double EASES_BY_HALF_SECONDS = 0.5;

    private final long holdNanos;
    /** Events let in by second, unthrottled, of the last 60 seconds in which there were any; faded. */
    private final double[] seconds = new double[MEASURED_SECONDS];
    /** The last one with events, of unthrottled time. */
    private long currentSecond;
    private int measured;
    /** When it was there last. */
    private double pressure;
    private boolean easing;
    private long easingSince;
    private long pressedUntil;
    private boolean on;
    private long onSince;
    /** Until it was off last. */
    private long throttledNanos;
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
                measure = Math.max(LEAST_MEASURE, measureOfAll(now));
                on = true;
                onSince = now;
                tokens = 0;
                filledAt = now;
            }
            pressure = Math.min(1, level);
            pressedUntil = now + holdNanos;
            easing = false;
        } else if (!easing) {
            easing = true;
            easingSince = now;
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
        return new GatewayLoad(measuredRate(now), wanted.perSecond(now), isOn(now) ? measure : 0);
    }

    /** Somebody wants an event let in. */
    void onWanted(long now) {
        wanted.onOne(now);
    }

    /** One that throttles already has seen all of them before; else each says what it let in itself. */
    private double measureOfAll(long now) {
        double remembered = live.stream().mapToDouble(GatewayLoad::measure).max().orElse(0);
        double others = 0;
        for (int i = 0; i < live.size(); i++) {
            others += i == own ? 0 : live.get(i).sustained();
        }
        return remembered > 0 ? remembered : measuredRate(now) + others;
    }

    private void divide() {
        double rate = rateUnder(pressure);
        share = rate > 0 ? GatewayLoad.shareOf(rate, live, own) / rate : 1.0 / live.size();
    }

    boolean isOn(long now) {
        if (on && now >= pressedUntil) {
            on = false;
            throttledNanos += pressedUntil - onSince;
        }
        return on;
    }

    /** @return whether one more event may go now; then it counts */
    boolean tryTake(long now) {
        if (!isOn(now)) {
            measure(now);
            return true;
        }
        double rate = rate(now);
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
        return isOn(now) ? rate(now) : Double.POSITIVE_INFINITY;
    }

    /** When the next one would be let in behind so many that wait. */
    Duration waitBehind(int waiting, long now) {
        return Duration.ofSeconds(Math.max(1, Math.min(LONGEST_WAIT_SECONDS, (long) Math.ceil((waiting + 1) / rate(now)))));
    }

    private double rate(long now) {
        double left = easing ? Math.pow(0.5, (double) (now - easingSince) / SECOND / EASES_BY_HALF_SECONDS) : 1;
        return rateUnder(pressure * left) * share;
    }

    private double rateUnder(double pressing) {
        return Math.max(measure * FLOOR, measure * (1 - pressing));
    }

    private void measure(long now) {
        long second = unthrottledSecond(now);
        if (second != currentSecond || measured == 0) {
            double left = left(second);
            for (int i = 0; i < MEASURED_SECONDS; i++) {
                seconds[i] *= left;
            }
            currentSecond = second;
            measured++;
            seconds[Math.floorMod(measured, MEASURED_SECONDS)] = 0;
        }
        seconds[Math.floorMod(measured, MEASURED_SECONDS)]++;
    }

    private double measuredRate(long now) {
        double most = 0;
        for (double second : seconds) {
            most = Math.max(most, second);
        }
        return most * left(unthrottledSecond(now));
    }

    private long unthrottledSecond(long now) {
        return Math.floorDiv((isOn(now) ? onSince : now) - throttledNanos, SECOND);
    }

    /** Of what was measured, after the seconds without events before this one. */
    private double left(long second) {
        return Math.pow(0.5, Math.max(0, second - currentSecond - 1) / HALF_LIFE_SECONDS);
    }
}
