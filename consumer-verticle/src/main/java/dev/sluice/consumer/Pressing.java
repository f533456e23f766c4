package dev.sluice.consumer;

import dev.sluice.bus.SharedPressure;
import io.vertx.core.Vertx;

import java.util.function.DoubleConsumer;
import java.util.function.DoubleSupplier;
import java.util.function.DoubleUnaryOperator;

/**
 * How hard one instance presses producers, and when they are told: at each step of the control, and of a call that hangs
 * before the next step, and again as it gets worse. Not of what a collection or a busy core explains: a throttle holds for
 * seconds. Event loop only.
 */
final class Pressing {

    private static final long HANG_MILLIS = 100;

    private final Vertx vertx;
    private final long stepMillis;
    private final Runnable control;
    private final DoubleSupplier oldestMillis;
    private final DoubleUnaryOperator pressureOf;
    private final DoubleConsumer tell;
    private final Runnable onRaised;
    private volatile double pressing;
    private long controlTimer;
    private long hangTimer;

    /**
     * @param control      one step of the control, which says {@link #press}
     * @param oldestMillis age of the call that has been under way for longest; NaN without
     * @param pressureOf   of a downstream that takes so many milliseconds
     * @param onRaised     it presses, and has not before
     */
    Pressing(Vertx vertx, long stepMillis, Runnable control, DoubleSupplier oldestMillis, DoubleUnaryOperator pressureOf,
             DoubleConsumer tell, Runnable onRaised) {
        this.vertx = vertx;
        this.stepMillis = stepMillis;
        this.control = control;
        this.oldestMillis = oldestMillis;
        this.pressureOf = pressureOf;
        this.tell = tell;
        this.onRaised = onRaised;
    }

    void start() {
        controlTimer = vertx.setPeriodic(stepMillis, timer -> control.run());
        hangTimer = vertx.setPeriodic(HANG_MILLIS, timer -> tellOfHang());
    }

    void stop() {
        vertx.cancelTimer(controlTimer);
        vertx.cancelTimer(hangTimer);
    }

    /** 0 to 1. Any thread. */
    double now() {
        return pressing;
    }

    private void tellOfHang() {
        double age = oldestMillis.getAsDouble();
        if (age >= RecentCalls.SLOW_MILLIS && pressureOf.applyAsDouble(age) >= pressing + SharedPressure.RAISED) {
            press(pressureOf.applyAsDouble(age));
        }
    }

    /** @param now 0 to 1 */
    void press(double now) {
        if (now >= SharedPressure.RAISED && pressing < SharedPressure.RAISED) {
            onRaised.run();
        }
        pressing = now;
        tell.accept(now);
    }
}
