package dev.sluice.dlq;

import dev.sluice.bus.RouteFailure;
import dev.sluice.bus.Routed;
import dev.sluice.failure.FailureClassifier;
import dev.sluice.failure.FailureRules;
import dev.sluice.failure.RetrySchedule;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.kafka.client.producer.KafkaWriteStream;
import io.vertx.sqlclient.Pool;

import java.time.Clock;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** The router as {@link DlqRouterVerticle} wires it, on a Kafka and a PostgreSQL that are handed in. */
public final class SimulatedRouter {

    private static final long ANSWER_SECONDS = 18;

    private final Routes routes;
    private final Router router;

    /** @param millis the clock */
    public SimulatedRouter(Vertx vertx, Pool pool, KafkaWriteStream<byte[], byte[]> kafka, RetrySchedule schedule,
                           LongSupplier millis) {
        this.routes = new Routes(millis);
        this.router = new Router(vertx, new RoutePolicy(new FailureClassifier(FailureRules.standard()), group -> schedule),
                group -> schedule, pool, new RecordWriter(kafka, millis),
                new RouteMeters(new SimpleMeterRegistry(), Clock.systemUTC()), millis);
    }

    public Future<Routed> onFailureReported(RouteFailure failure) {
        return routes.once(failure.routeId(), () -> router.route(failure)).timeout(ANSWER_SECONDS, TimeUnit.SECONDS)
                .otherwise(late -> new Routed.NotRouted("no acknowledgement yet, the record may still be written"));
    }
}
