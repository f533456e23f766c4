package dev.sluice.testing.simulation;

import dev.sluice.bus.RouteFailure;
import dev.sluice.bus.Routed;
import dev.sluice.testing.simulation.Schedule.Alarm;
import dev.sluice.testing.simulation.Schedule.Strand;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Timer;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.internal.ContextInternal;

import java.util.HashMap;
import java.util.Map;
import java.util.function.BiFunction;

/** One process's event loop, timers and event bus, on a strand. A promise of it has no context: it tells at once. */
final class SimulatedVertx {

    private final Schedule schedule;
    private final Strand loop;
    private final Map<Long, Alarm> timers = new HashMap<>();
    private final ContextInternal context;
    private final Vertx vertx;
    private long lastTimer;

    /** @param router how a failed event reaches the router: the failure, and the answer's deadline in milliseconds */
    SimulatedVertx(Schedule schedule, Strand loop, BiFunction<RouteFailure, Long, Future<Routed>> router) {
        this.schedule = schedule;
        this.loop = loop;
        this.context = new Fake("context of " + loop)
                .on("runOnContext", arguments -> {
                    Handler<Void> action = handler(arguments[0]);
                    loop.add(() -> action.handle(null));
                    return null;
                })
                .on("promise", arguments -> Promise.promise())
                .as(ContextInternal.class);
        EventBus bus = new Fake("event bus")
                .on("registerDefaultCodec", arguments -> null)
                .on("request", arguments -> router.apply((RouteFailure) arguments[1],
                        ((DeliveryOptions) arguments[2]).getSendTimeout()).map(SimulatedVertx::message))
                .as(EventBus.class);
        this.vertx = new Fake("vertx of " + loop)
                .on("getOrCreateContext", arguments -> context)
                .on("eventBus", arguments -> bus)
                .on("setTimer", arguments -> setTimer((Long) arguments[0], handler(arguments[1])))
                .on("setPeriodic", arguments -> setPeriodic((Long) arguments[0], handler(arguments[1])))
                .on("cancelTimer", arguments -> cancel((Long) arguments[0]))
                .on("timer", arguments -> timer((Long) arguments[0]))
                .as(Vertx.class);
    }

    Vertx vertx() {
        return vertx;
    }

    ContextInternal context() {
        return context;
    }

    private long setTimer(long millis, Handler<Long> action) {
        long id = ++lastTimer;
        timers.put(id, schedule.after(millis * Schedule.MILLI, loop, () -> {
            if (timers.remove(id) != null) {
                action.handle(id);
            }
        }));
        return id;
    }

    private long setPeriodic(long millis, Handler<Long> action) {
        long id = ++lastTimer;
        again(id, millis, action);
        return id;
    }

    private void again(long id, long millis, Handler<Long> action) {
        timers.put(id, schedule.after(millis * Schedule.MILLI, loop, () -> {
            if (timers.containsKey(id)) {
                again(id, millis, action);
                action.handle(id);
            }
        }));
    }

    private boolean cancel(long id) {
        Alarm alarm = timers.remove(id);
        return alarm != null && alarm.cancel();
    }

    private Timer timer(long millis) {
        Promise<Void> rings = Promise.promise();
        setTimer(millis, id -> rings.complete());
        return new Fake("timer").otherwise(rings.future()).as(Timer.class);
    }

    private static Message<Routed> message(Routed body) {
        return new Fake("message").on("body", arguments -> body).as(Message.class);
    }

    @SuppressWarnings("unchecked")
    private static <T> Handler<T> handler(Object argument) {
        return (Handler<T>) argument;
    }
}
