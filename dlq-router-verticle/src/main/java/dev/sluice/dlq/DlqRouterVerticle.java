package dev.sluice.dlq;

import dev.sluice.bus.Addresses;
import dev.sluice.bus.Bus;
import dev.sluice.bus.Node;
import dev.sluice.bus.RouteFailure;
import dev.sluice.bus.Routed;
import dev.sluice.config.KafkaSettings;
import dev.sluice.config.PostgresSettings;
import dev.sluice.failure.Classifier;
import dev.sluice.failure.FailureClassifier;
import dev.sluice.store.LargeLetters;
import dev.sluice.store.Seat;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.sqlclient.Pool;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Serves {@link Addresses#ROUTE_FAILURE}: classifies a failure and moves its record to the retry topic or to the dead
 * letters. It answers when Kafka has acknowledged the record, and with {@link Routed.NotRouted}, before the asker's
 * deadline, when that is not known; a route goes on even then, and a repeat of the question joins it.
 */
public final class DlqRouterVerticle extends VerticleBase {

    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(18);
    private static final Duration STOP_WITHIN = Duration.ofSeconds(5);

    private final DlqSettings settings;
    private final KafkaSettings kafka;
    private final PostgresSettings postgres;
    private final Node node;
    private final Clock clock = Clock.systemUTC();
    private final RouterHealth health = new RouterHealth(clock::millis);
    private final Set<Future<Routed>> underWay = new HashSet<>();

    private Pool pool;
    private RecordWriter writer;
    private Routes routes;
    private Router router;
    private Bus.Serving serving;
    private List<Bus.Serving> desk = List.of();
    private LetterProjection projection;
    private Seat projectors;
    private Replay replay;

    public DlqRouterVerticle(DlqSettings settings, KafkaSettings kafka, PostgresSettings postgres, Node node) {
        this.settings = settings;
        this.kafka = kafka;
        this.postgres = postgres;
        this.node = node;
    }

    @Override
    public Future<?> start() {
        return vertx.executeBlocking(() -> new FailureClassifier(settings.rules(), Classifier.installed()))
                .compose(classifier -> RecordWriter
                        .open(vertx, kafka, "sluice-dlq-" + deploymentID(), settings.deliveryTimeout(), clock::millis)
                        .compose(opened -> {
                            writer = opened;
                            return serve(classifier);
                        }));
    }

    private Future<Void> serve(FailureClassifier classifier) {
        ProcessShare share = ProcessShare.of(vertx, node.meters(), clock);
        pool = postgres.pool(vertx);
        routes = share.routes();
        router = new Router(vertx, new RoutePolicy(classifier, settings::scheduleOf), settings::scheduleOf, pool, writer,
                share.meters(), clock::millis);
        serving = node.bus().serve(Addresses.ROUTE_FAILURE, this::onFailureReported);
        node.beat(vertx, "dlq-router-verticle", deploymentID(), health::fault);
        return serving.started().compose(routing -> serveOperators());
    }

    private Future<Void> serveOperators() {
        LetterTable table = new LetterTable(pool);
        ActionTable actions = new ActionTable(pool);
        LetterPortion.Reader reader = new LetterPortion.Reader(vertx, table, new LetterRecords(kafka),
                LetterDesk.LARGEST_EXPORT);
        LetterDesk letters = new LetterDesk(table, actions, reader, new LargeLetters(pool));
        replay = new Replay(vertx, writer, actions, settings::scheduleOf, clock::millis);
        LetterActions decided = new LetterActions(table, actions, reader, replay);
        projection = new LetterProjection(vertx, kafka, table, "sluice-dead-letters-" + deploymentID() + "-"
                + System.identityHashCode(this));
        projectors = new Seat(vertx, postgres, "projection of the dead letters", projection::follow);
        projectors.start();
        desk = List.of(node.bus().serve(Addresses.LIST_LETTERS, letters::list),
                node.bus().serve(Addresses.SHOW_LETTER, letters::show),
                node.bus().serve(Addresses.EXPORT_LETTERS, letters::export),
                node.bus().serve(Addresses.LIST_ACTIONS, new AuditTrail(pool)::list),
                node.bus().serve(Addresses.ACT_ON_LETTERS, decided::act));
        return Future.all(desk.stream().map(Bus.Serving::started).toList()).mapEmpty();
    }

    private Future<Routed> onFailureReported(RouteFailure failure) {
        return routes.once(failure.routeId(), () -> start(failure))
                .timeout(ANSWER_WITHIN.toMillis(), TimeUnit.MILLISECONDS)
                .otherwise(late -> new Routed.NotRouted("no acknowledgement yet, the record may still be written"));
    }

    private Future<Routed> start(RouteFailure failure) {
        Future<Routed> route = router.route(failure);
        underWay.add(route);
        return route.onSuccess(routed -> {
            underWay.remove(route);
            if (routed instanceof Routed.NotRouted notRouted) {
                health.onNotRouted(notRouted.reason());
            } else {
                health.onRouted();
            }
        });
    }

    @Override
    public Future<?> stop() {
        return serving.stop()
                .eventually(() -> Future.join(desk.stream().map(Bus.Serving::stop).toList()))
                .eventually(() -> replay.stop().timeout(STOP_WITHIN.toMillis(), TimeUnit.MILLISECONDS))
                .eventually(projectors::close)
                .eventually(() -> projection.stop().timeout(STOP_WITHIN.toMillis(), TimeUnit.MILLISECONDS))
                .compose(unregistered -> Future.join(new ArrayList<>(underWay))
                        .timeout(STOP_WITHIN.toMillis(), TimeUnit.MILLISECONDS).otherwiseEmpty())
                .eventually(() -> writer.close(STOP_WITHIN))
                .eventually(pool::close);
    }
}
