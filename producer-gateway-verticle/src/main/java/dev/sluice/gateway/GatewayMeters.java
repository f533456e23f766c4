package dev.sluice.gateway;

import dev.sluice.metrics.Meter;
import dev.sluice.metrics.RecentShare;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Vertx;
import io.vertx.core.shareddata.Shareable;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** What one instance has to tell. Meters are looked up once, not for each event. For one context. */
final class GatewayMeters {

    /** One ratio for all instances of a process. */
    private record Throttled(RecentShare share) implements Shareable {

        static Throttled ofProcess(Vertx vertx, MeterRegistry registry) {
            return vertx.sharedData().<String, Throttled>getLocalMap("sluice.gateway.throttled").computeIfAbsent("share", absent -> {
                RecentShare share = new RecentShare();
                Meter.PRODUCER_THROTTLE_RATIO.gauge(registry, () -> share.ratio(System.nanoTime()));
                return new Throttled(share);
            });
        }
    }

    private final MeterRegistry registry;
    private final Counter unmarked;
    private final Throttled throttled;
    /** Lines of streams that the throttle held up, and whose outcomes are not counted yet. */
    private int heldUp;
    private final Map<String, Map<Integer, Counter>> events = new HashMap<>();
    private final Map<String, Timer> published = new HashMap<>();

    GatewayMeters(Vertx vertx, MeterRegistry registry) {
        this.registry = registry;
        this.throttled = Throttled.ofProcess(vertx, registry);
        this.unmarked = Meter.GATEWAY_UNMARKED_TOTAL.counter(registry);
    }

    /** What waits in all instances of this process. */
    void watch(Vertx vertx, WaitingRoom room) {
        rooms(vertx).add(room);
    }

    private Rooms rooms(Vertx vertx) {
        return vertx.sharedData().<String, Rooms>getLocalMap("sluice.gateway.rooms").computeIfAbsent("rooms", absent -> {
            Rooms rooms = new Rooms(new CopyOnWriteArrayList<>());
            Meter.GATEWAY_WAITING_EVENTS.gauge(registry, () -> rooms.all.stream().mapToInt(WaitingRoom::waiting).sum());
            return rooms;
        });
    }

    private record Rooms(List<WaitingRoom> all) implements Shareable {
        private void add(WaitingRoom room) {
            all.add(room);
        }
    }

    /** The throttle makes a stream wait where it would refuse a request: one of the outcomes to come counts as refused. */
    void onHeldUp() {
        heldUp++;
    }

    void onOutcome(String topic, int status) {
        boolean late = heldUp > 0 && status != 429;
        heldUp -= late ? 1 : 0;
        throttled.share.add(System.nanoTime(), late || status == 429);
        events.computeIfAbsent(topic, first -> new HashMap<>())
                .computeIfAbsent(status, first -> Meter.GATEWAY_EVENTS_TOTAL.counter(registry, topic, Integer.toString(status)))
                .increment();
    }

    void onPublished(String topic, long nanos) {
        published.computeIfAbsent(topic, first -> Meter.GATEWAY_PUBLISH_SECONDS.timer(registry, topic))
                .record(nanos, TimeUnit.NANOSECONDS);
    }

    /** Published without a mark in Redis. */
    void onUnmarked() {
        unmarked.increment();
    }
}
