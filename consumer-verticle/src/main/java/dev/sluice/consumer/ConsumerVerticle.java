package dev.sluice.consumer;

import dev.sluice.bus.Node;
import dev.sluice.config.KafkaSettings;
import dev.sluice.config.PostgresSettings;
import dev.sluice.config.RedisSettings;
import dev.sluice.consumer.ConsumerSettings.Membership;
import dev.sluice.failure.Classifier;
import dev.sluice.failure.FailureClassifier;
import dev.sluice.failure.FailureRules;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.sqlclient.Pool;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Runs every subscription once: from Kafka to its handler's effect in PostgreSQL. See {@link PollLoop} for the way. */
public final class ConsumerVerticle extends VerticleBase {

    private final ConsumerSettings settings;
    private final int index;
    private final FailureRules rules;
    private final KafkaSettings kafka;
    private final PostgresSettings postgres;
    private final RedisSettings redis;
    private final Node node;
    private final Supplier<Membership> membership;
    private List<SubscriptionRun> runs = List.of();
    private MemberWatch members;
    private long beat;
    private long pauseNews;

    /**
     * @param index      among the node's consumer instances, the same at each start: part of the static membership
     * @param membership asked when it stops: what becomes of its places in the groups
     */
    public ConsumerVerticle(ConsumerSettings settings, int index, FailureRules rules, KafkaSettings kafka,
                            PostgresSettings postgres, RedisSettings redis, Node node, Supplier<Membership> membership) {
        this.settings = settings;
        this.index = index;
        this.rules = rules;
        this.kafka = kafka;
        this.postgres = postgres;
        this.redis = redis;
        this.node = node;
        this.membership = membership;
    }

    @Override
    public Future<?> start() {
        Pool pool = postgres.pool(vertx);
        Context eventLoop = context;
        Callable<List<SubscriptionRun>> blocking = () -> {
            Handlers handlers = new Handlers();
            FailureClassifier classifier = new FailureClassifier(rules, Classifier.installed());
            List<SubscriptionRun> ready = settings.subscriptions().stream().map(subscription -> new SubscriptionRun(vertx, eventLoop,
                    subscription, handlers.forSubscription(subscription), index, settings, classifier, kafka, pool,
                    redis, node)).toList();
            // At the start only: later it could be the member of another process of this name; the two would take turns.
            OwnMembers.removeDead(kafka.promptProperties(node.name() + "-" + index + "-admin"), instanceIds(ready));
            return ready;
        };
        return vertx.executeBlocking(blocking).onSuccess(ready -> {
            runs = ready;
            runs.forEach(SubscriptionRun::start);
            members = MemberWatch.of(vertx, redis, kafka, node.name() + "-" + index + "-members", instanceIds(runs));
            members.start();
            pauseNews = PauseNews.tell(vertx, node.bus(), runs);
            beat = node.beat(vertx, "consumer-verticle", Integer.toString(index), this::fault);
        });
    }

    /** By group. */
    private static Map<String, String> instanceIds(List<SubscriptionRun> runs) {
        return runs.stream().collect(Collectors.toMap(SubscriptionRun::group, SubscriptionRun::instanceId));
    }

    private Optional<String> fault() {
        return runs.stream().map(SubscriptionRun::fault).flatMap(Optional::stream).findFirst();
    }

    @Override
    public Future<?> stop() {
        vertx.cancelTimer(beat);
        vertx.cancelTimer(pauseNews);
        Membership then = membership.get();
        return Future.join(runs.stream().map(run -> run.stop(then)).toList())
                .eventually(() -> members == null ? Future.succeededFuture() : members.stop(then == Membership.KEPT));
    }
}
