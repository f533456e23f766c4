package dev.sluice.consumer;

import dev.sluice.api.Handler;
import dev.sluice.bus.Addresses;
import dev.sluice.bus.Bus;
import dev.sluice.bus.ComponentHealth;
import dev.sluice.bus.Node;
import dev.sluice.bus.RouteFailure;
import dev.sluice.bus.Routed;
import dev.sluice.config.ByteSize;
import dev.sluice.config.KafkaSettings;
import dev.sluice.config.RedisSettings;
import dev.sluice.event.Topics;
import dev.sluice.failure.FailureRules;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

import static org.awaitility.Awaitility.await;

/** Consumer verticles on real parts, with one topic and one group of their own, and a DLQ router that only takes note. */
final class Rig {

    private static final AtomicInteger NUMBER = new AtomicInteger();

    final String topic = "topic-" + ProcessHandle.current().pid() + "-" + NUMBER.incrementAndGet();
    final String group = "group-" + topic;
    final Vertx vertx = Vertx.vertx();
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final Queue<RouteFailure> routed = new ConcurrentLinkedQueue<>();
    /** What becomes of failures: as it stands, each is dead at once. */
    volatile Function<RouteFailure, Routed> router =
            failure -> new Routed.Dead(Topics.DLQ_ERRORS, 0, 0, "TRANSIENT");
    final Map<String, ComponentHealth> health = new ConcurrentHashMap<>();
    final Node node;
    private Bus.Serving routing;
    private final Backends.Postgres postgres;
    private final int partitions;
    private final Map<Integer, String> deployments = new HashMap<>();
    private final Map<Integer, Settings> running = new HashMap<>();
    private final KafkaProducer<byte[], byte[]> producer;
    private final Admin admin;

    Rig(Backends.Postgres postgres, int partitions) throws Exception {
        this.postgres = postgres;
        this.partitions = partitions;
        Bus bus = Bus.install(vertx);
        node = new Node("node-" + topic, bus, meters);
        deployRouter();
        bus.listen(Addresses.HEALTH, sign -> health.put(sign.instance(), sign)).started().await(10, TimeUnit.SECONDS);
        producer = new KafkaProducer<>(Map.of("bootstrap.servers", Backends.kafka(), "linger.ms", "5"),
                new ByteArraySerializer(), new ByteArraySerializer());
        admin = Admin.create(Map.of("bootstrap.servers", Backends.kafka()));
        admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1),
                new NewTopic(Topics.retryOf(topic), partitions, (short) 1))).all().get(30, TimeUnit.SECONDS);
        // A record sent before its leader knows of the topic can get the producer stuck for good.
        await().atMost(Duration.ofSeconds(30)).ignoreExceptions().until(() -> ends().isEmpty());
        postgres.execute("CREATE TABLE IF NOT EXISTS effects (id bigint GENERATED ALWAYS AS IDENTITY, event_id text, "
                + "entity text, sequence bigint); TRUNCATE effects");
    }

    void deployRouter() throws Exception {
        routing = node.bus().serve(Addresses.ROUTE_FAILURE, failure -> {
            routed.add(failure);
            return Future.succeededFuture(router.apply(failure));
        });
        routing.started().await(10, TimeUnit.SECONDS);
    }

    void undeployRouter() throws Exception {
        routing.stop().await(10, TimeUnit.SECONDS);
    }

    /** Short waits, so that tests are short. */
    static final class Settings {
        Duration maxPollInterval = Duration.ofMinutes(10);
        Duration drain = Duration.ofSeconds(5);
        Duration stopDeadline = Duration.ofSeconds(5);
        Duration handlerTimeout = Duration.ofSeconds(3);
        String protocol = "consumer";
        Assignor assignor = Assignor.COOPERATIVE_STICKY;
        /** Of the classic protocol; of the other it is the broker's, 45 s. */
        Duration session = Duration.ofSeconds(6);
        ConsumerSettings.Membership membership = ConsumerSettings.Membership.LEFT;
        String handler = "scripted";
        Subscription.Pressure pressure = Subscription.Pressure.IGNORED;
        int queue = 500;
        int maxParked = 1_000;
        int letterBudget = 10_000;
        SequenceMode sequences = SequenceMode.NONE;
        GapSettings gaps = GapSettings.STANDARD;
        Claims.Mode claims = Claims.Mode.LEASE;
        String redis = Backends.redis();
        RedisSettings.Mode redisMode = RedisSettings.Mode.SINGLE;
        Subscription.Retries retries = Subscription.Retries.RELAXED;
        Subscription.Start start;
        Duration horizon = Duration.ofDays(35);
        Delivery delivery;
        /** Of the same instances, besides that of the rig's group. */
        List<Subscription> others = List.of();
        /** The handler's own settings; empty: the script of this rig. */
        Map<String, Object> own = Map.of();
    }

    void start(int index, Settings with) throws Exception {
        running.put(index, with);
        Subscription subscription = new Subscription(group, topic, with.handler, Ordering.KEY, with.sequences,
                with.retries, with.start, with.delivery, with.pressure, with.own.isEmpty() ? Map.of("script", group) : with.own);
        List<Subscription> all = new ArrayList<>(with.others);
        all.add(subscription);
        ConsumerSettings settings = new ConsumerSettings(all, with.queue, 2, 500, BatchSize.USUAL, with.maxParked, with.letterBudget,
                ByteSize.parse("256KiB"), ByteSize.parse("5MiB"), ByteSize.parse("1MiB"), with.drain, with.stopDeadline,
                with.handlerTimeout, Duration.ofMillis(100), Duration.ofSeconds(30), with.protocol, with.assignor,
                with.membership, with.claims, with.horizon, with.gaps, kafka(with));
        deployments.put(index, vertx.deployVerticle(new ConsumerVerticle(settings, index, FailureRules.standard(),
                new KafkaSettings(Backends.kafka(), Map.of()), postgres.settings(),
                new RedisSettings(with.redis, with.redisMode, null, Duration.ofSeconds(1)), node, () -> with.membership)).await(30, TimeUnit.SECONDS));
    }

    private static Map<String, String> kafka(Settings with) {
        Map<String, String> kafka = new HashMap<>(Map.of("fetch.max.wait.ms", "100", "max.poll.interval.ms",
                Long.toString(with.maxPollInterval.toMillis())));
        if (with.protocol.equals("classic")) {
            kafka.putAll(Map.of("session.timeout.ms", Long.toString(with.session.toMillis()),
                    "heartbeat.interval.ms", "500"));
        }
        return kafka;
    }

    void start(int index, Handler script, UnaryOperator<Settings> change) throws Exception {
        Scripted.write(group, script);
        start(index, change.apply(new Settings()));
    }

    void start(int index, Handler script) throws Exception {
        start(index, script, settings -> settings);
    }

    void stop(int index, ConsumerSettings.Membership membership) throws Exception {
        running.get(index).membership = membership;
        stop(index);
    }

    void stop(int index) throws Exception {
        vertx.undeploy(deployments.remove(index)).await(30, TimeUnit.SECONDS);
    }

    /** Each member's partitions of the topic, by its instance id; empty while no member has joined. */
    Map<String, Set<Integer>> assignment() throws Exception {
        try {
            return assignmentOf(admin.describeConsumerGroups(Set.of(group)).all().get(10, TimeUnit.SECONDS).get(group));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof GroupIdNotFoundException) {
                return Map.of();
            }
            throw e;
        }
    }

    private Map<String, Set<Integer>> assignmentOf(ConsumerGroupDescription found) {
        return found.members().stream()
                .collect(Collectors.toMap(member -> member.groupInstanceId().orElse(""), member -> member.assignment()
                        .topicPartitions().stream().filter(partition -> partition.topic().equals(topic))
                        .map(TopicPartition::partition).collect(Collectors.toSet())));
    }

    /** The instance id of an instance. */
    String member(int index) {
        return node.name() + "-" + group + "-" + index;
    }

    Set<Integer> running() {
        return Set.copyOf(deployments.keySet());
    }

    /** @return the event's identity */
    String publish(String entity, long sequence) {
        producer.send(record(topic, entity, sequence, Map.of()));
        return "/test " + entity + "/" + sequence;
    }

    void publish(ProducerRecord<byte[], byte[]> record) {
        producer.send(record);
    }

    static ProducerRecord<byte[], byte[]> record(String topic, String entity, long sequence, Map<String, String> more) {
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topic, bytes(entity), bytes("{\"n\":" + sequence + "}"));
        Map<String, String> headers = new HashMap<>(Map.of("ce_id", entity + "/" + sequence, "ce_source", "/test",
                "ce_type", "step", "ce_subject", entity, "ce_sequence", Long.toString(sequence), "content-type",
                "application/json"));
        headers.putAll(more);
        headers.forEach((name, value) -> record.headers().add(name, bytes(value)));
        return record;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    Map<Integer, Long> committed() throws Exception {
        return committed(group);
    }

    Map<Integer, Long> committed(String group) throws Exception {
        return admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get(10, TimeUnit.SECONDS).entrySet()
                .stream().filter(entry -> entry.getKey().topic().equals(topic) && entry.getValue() != null
                        && entry.getValue().offset() > 0)
                .collect(Collectors.toMap(entry -> entry.getKey().partition(), entry -> entry.getValue().offset()));
    }

    long committedInAll() throws Exception {
        return committed().values().stream().mapToLong(Long::longValue).sum();
    }

    Map<Integer, Long> ends() throws Exception {
        Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
        for (int partition = 0; partition < partitions; partition++) {
            latest.put(new TopicPartition(topic, partition), OffsetSpec.latest());
        }
        return admin.listOffsets(latest).all().get(10, TimeUnit.SECONDS).entrySet().stream()
                .filter(entry -> entry.getValue().offset() > 0)
                .collect(Collectors.toMap(entry -> entry.getKey().partition(), entry -> entry.getValue().offset()));
    }

    Admin admin() {
        return admin;
    }

    List<String> effects() {
        return postgres.column("SELECT event_id FROM effects ORDER BY id");
    }

    /** Sequences of entities that did not follow their predecessor by one. */
    long stepsOutOfOrder() {
        return postgres.number("SELECT count(*) FROM (SELECT sequence - lag(sequence) OVER (PARTITION BY entity "
                + "ORDER BY id) AS step FROM effects) AS steps WHERE step <> 1");
    }

    double counter(String name) {
        return meters.find(name).counters().stream().mapToDouble(counter -> counter.count()).sum();
    }

    void close() throws Exception {
        producer.close(Duration.ofSeconds(1));
        for (int index : new ArrayList<>(deployments.keySet())) {
            stop(index);
        }
        admin.close(Duration.ofSeconds(5));
        vertx.close().await(30, TimeUnit.SECONDS);
    }
}
