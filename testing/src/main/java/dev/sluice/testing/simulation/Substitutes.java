package dev.sluice.testing.simulation;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.impl.NoStackTraceTimeoutException;
import io.vertx.sqlclient.SqlConnection;
import org.slf4j.Logger;
import org.slf4j.helpers.MessageFormatter;

import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The product's doors to the outside, as a simulated world has them: clocks, chance, and calls that block. The
 * {@link SimulationLoader} puts these in place of the JDK's; the receiver of a method comes first.
 */
public final class Substitutes {

    private static final ThreadLocal<World> WORLD = new ThreadLocal<>();

    private Substitutes() {
    }

    static void enter(World world) {
        WORLD.set(world);
    }

    static void leave() {
        WORLD.remove();
    }

    private static Schedule schedule() {
        return WORLD.get().schedule();
    }

    /** The product calls what no model has learnt. That is nothing of the product's, but no run means anything then. */
    static RuntimeException notModelled(String what) {
        UnsupportedOperationException unknown = new UnsupportedOperationException("the simulation has not learnt " + what);
        WORLD.get().guarantees().onThrown(unknown);
        return unknown;
    }

    public static long nanoTime() {
        World world = WORLD.get();
        return world == null ? 0 : world.schedule().nanos();
    }

    public static long currentTimeMillis() {
        World world = WORLD.get();
        return world == null ? 0 : world.schedule().millis();
    }

    public static long nextLong(ThreadLocalRandom real, long bound) {
        return schedule().random().nextLong(bound);
    }

    public static double nextDouble(ThreadLocalRandom real, double from, double to) {
        return schedule().random().nextDouble(from, to);
    }

    public static UUID randomUUID() {
        return new UUID(schedule().random().nextLong(), schedule().random().nextLong());
    }

    /** What the product logs, debugging included, stands in the trace. */
    public static Logger getLogger(Class<?> type) {
        return (Logger) Proxy.newProxyInstance(Substitutes.class.getClassLoader(), new Class<?>[] {Logger.class},
                (self, method, arguments) -> {
                    World world = WORLD.get();
                    if (world != null && world.isTraced() && arguments != null && arguments[0] instanceof String text) {
                        Object[] values = arguments.length == 2 && arguments[1] instanceof Object[] many ? many
                                : Arrays.copyOfRange(arguments, 1, arguments.length);
                        world.trace("%s", "log " + MessageFormatter.arrayFormat(text, values).getMessage());
                    }
                    return method.getReturnType() == boolean.class ? Boolean.TRUE : null;
                });
    }

    /** A thread that waits for a permit looks again soon: the poll loop's turns are tasks of their own. */
    public static boolean tryAcquire(Semaphore semaphore, long time, TimeUnit unit) {
        return semaphore.tryAcquire();
    }

    public static Object get(CompletableFuture<?> future, long time, TimeUnit unit)
            throws TimeoutException, ExecutionException, InterruptedException {
        World world = WORLD.get();
        if (!world.schedule().await(world.schedule().current(), future::isDone, unit.toNanos(time))) {
            world.count("drains that ran out of time");
            throw new TimeoutException("simulated");
        }
        return future.get();
    }

    /** As {@code Future.timeout}, on the virtual clock. */
    public static <T> Future<T> timeout(Future<T> future, long time, TimeUnit unit) {
        if (future.isComplete()) {
            return future;
        }
        Promise<T> promise = Promise.promise();
        Schedule.Alarm alarm = schedule().after(unit.toNanos(time), schedule().current(),
                () -> promise.tryFail(new NoStackTraceTimeoutException("simulated")));
        future.onComplete(answer -> {
            alarm.cancel();
            if (answer.succeeded()) {
                promise.tryComplete(answer.result());
            } else {
                promise.tryFail(answer.cause());
            }
        });
        return promise.future();
    }

    /** For {@code PgTransaction.cut}: the simulated connection has no socket. */
    public static void cut(SqlConnection connection) {
        WORLD.get().database().cut(connection);
    }
}
