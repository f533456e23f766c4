package dev.sluice.gateway;

import dev.sluice.bus.Node;
import dev.sluice.config.InvalidSetting;
import dev.sluice.config.KafkaSettings;
import dev.sluice.config.RedisSettings;
import dev.sluice.redis.RedisLink;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Takes events over HTTP and answers 202 when every in-sync replica of Kafka has them. Instances share the port, and what
 * they know of identities; each has a producer of its own. A stop finishes what was taken.
 */
public final class ProducerGatewayVerticle extends VerticleBase {

    private static final Duration PRODUCER_CLOSES_WITHIN = Duration.ofSeconds(2);
    /** What an owner may take beyond Kafka's own deadlines. */
    private static final Duration OWNER_RESERVE = Duration.ofSeconds(5);

    private static final long CLIENTS_MILLIS = 2_000;
    /** Two an event of what all connections may have under way. */
    private static final int MOST_MARKS_UNDER_WAY = 1 << 20;

    private final GatewaySettings settings;
    private final Set<String> topics;
    private final KafkaSettings kafka;
    private final RedisSettings redis;
    private final Node node;

    private Tokens tokens;
    private Clients clients;
    private Schemas schemas;
    private RedisLink link;
    private PressureGauge gauge;
    private KafkaBreaker breaker;
    private Publisher publisher;
    private Transactions transactions;
    private GatewayServer server;

    /** @param topics declared ones; nothing is published to any other */
    public ProducerGatewayVerticle(GatewaySettings settings, Set<String> topics, KafkaSettings kafka, RedisSettings redis, Node node) {
        for (SchemaRule rule : settings.schemas()) {
            InvalidSetting.unless(topics.contains(rule.topic()), "gateway.schemas.topic", rule.topic(), "a declared topic: " + topics);
        }
        InvalidSetting.unless(topics.contains(settings.topic()), "gateway.topic", settings.topic(), "a declared topic: " + topics);
        this.settings = settings;
        this.topics = Set.copyOf(topics);
        this.kafka = kafka;
        this.redis = redis;
        this.node = node;
    }

    @Override
    public Future<?> start() {
        link = new RedisLink(vertx, redis, "gateway marks", connected -> { }).mostUnderWay(MOST_MARKS_UNDER_WAY);
        return Publisher.open(vertx, kafka, settings.publishing(), "sluice-gateway-" + deploymentID(), topics)
                .compose(opened -> {
                    publisher = opened;
                    return link.open();
                })
                .compose(opened -> vertx.executeBlocking(this::readFiles))
                .compose(read -> vertx.executeBlocking(ProducerGatewayVerticle::openApi))
                .compose(this::listen);
    }

    private Void readFiles() throws InterruptedException {
        tokens = new Tokens(vertx, settings.security().jwt());
        tokens.reload();
        clients = new Clients(settings.security().clientsFile(), tokens);
        schemas = new Schemas(settings.schemas());
        return null;
    }

    private static Buffer openApi() throws IOException {
        try (InputStream document = ProducerGatewayVerticle.class.getResourceAsStream("openapi.json")) {
            return Buffer.buffer(document.readAllBytes());
        }
    }

    private Future<?> listen(Buffer openApi) {
        breaker = new KafkaBreaker(vertx, settings.breaker(), publisher::ping, System::nanoTime);
        GatewayMeters meters = new GatewayMeters(vertx, node.meters());
        GatewaySettings.Publishing publishing = settings.publishing();
        Duration ownerTakes = publishing.deliveryTimeout().plus(publishing.metadataTimeout()).plus(OWNER_RESERVE);
        Marks marks = new Marks(vertx, link, ownerTakes, settings.window().age());
        Intake intake = new Intake(vertx, Window.ofProcess(vertx, settings.window()), marks, Owner.ofThisProcess(node.name()),
                breaker, publisher, meters, System::nanoTime);
        Throttle throttle = new Throttle(settings.throttleHold());
        WaitingRoom room = new WaitingRoom(vertx, settings.waiting(), publishing.bufferMemory().bytes() / 2, throttle,
                this::kafkaIsAway, System::nanoTime);
        meters.watch(vertx, room);
        gauge = new PressureGauge(vertx, redis, link, new Peers(node.name() + "/" + deploymentID()), throttle, room::onEased);
        EventReader reader = new EventReader(settings.maxDataSize().bytes(), System::currentTimeMillis);
        Desk desk = new Desk(room, intake, schemas, meters);
        transactions = new Transactions(vertx, kafka, publishing, "sluice-gateway-" + UUID.randomUUID());
        server = new GatewayServer(vertx, settings, topics, clients, desk, new AtomicDesk(vertx, desk, breaker, transactions),
                reader, openApi, node.traces());
        vertx.setPeriodic(CLIENTS_MILLIS, look -> vertx.executeBlocking(() -> {
            clients.reload();
            tokens.reload();
            return null;
        }));
        return gauge.open().compose(opened -> server.listen())
                .onSuccess(listening -> node.beat(vertx, "producer-gateway-verticle", deploymentID(), this::fault));
    }

    private boolean kafkaIsAway() {
        return breaker.value() == 1;
    }

    private Optional<String> fault() {
        return kafkaIsAway() ? Optional.of("Kafka does not acknowledge; events are refused with 503") : Optional.empty();
    }

    @Override
    public Future<?> stop() {
        Future<Void> stopped = server == null ? Future.succeededFuture() : server.stop();
        return stopped.onComplete(done -> {
            if (breaker != null) {
                breaker.close();
            }
        }).eventually(() -> publisher == null ? Future.succeededFuture() : publisher.close(PRODUCER_CLOSES_WITHIN))
                .eventually(() -> transactions == null ? Future.succeededFuture() : transactions.close(PRODUCER_CLOSES_WITHIN))
                .eventually(() -> gauge == null ? Future.succeededFuture() : gauge.close())
                .eventually(link::close);
    }
}
