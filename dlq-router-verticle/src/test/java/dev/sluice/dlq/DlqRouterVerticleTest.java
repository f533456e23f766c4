package dev.sluice.dlq;

import dev.sluice.bus.Addresses;
import dev.sluice.bus.Bus;
import dev.sluice.bus.DeadLetters;
import dev.sluice.bus.Node;
import dev.sluice.bus.RouteFailure;
import dev.sluice.bus.Routed;
import dev.sluice.config.KafkaSettings;
import dev.sluice.config.PostgresSettings;
import dev.sluice.devstack.Kafka;
import dev.sluice.devstack.Postgres;
import dev.sluice.devstack.junit.StackExtension;
import dev.sluice.event.Decoded;
import dev.sluice.event.EventDecoder;
import dev.sluice.event.Outcome;
import dev.sluice.event.RawRecord;
import dev.sluice.event.RawRecord.Header;
import dev.sluice.failure.ErrorInfo;
import dev.sluice.store.Inbox;
import dev.sluice.store.LargeLetters;
import dev.sluice.store.Schema;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** On a real Kafka and PostgreSQL. Each test finds its own records by an identity of its own. */
@Timeout(120)
@ExtendWith(StackExtension.class)
class DlqRouterVerticleTest {

    private static Kafka kafka;
    private static PostgresSettings postgres;

    private final String eventId = "test " + UUID.randomUUID();
    private final MeterRegistry meters = new SimpleMeterRegistry();
    private Vertx vertx;
    private Bus bus;
    private Pool pool;
    private String deployment;

    @BeforeAll
    static void createTables(Kafka realKafka, Postgres database) throws Exception {
        kafka = realKafka;
        postgres = PostgresSettings.of(database.host(), database.port(), database.database(), database.user(), database.password());
        Schema.migrate(postgres);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            Map<String, String> large = Map.of("max.message.bytes", "1572864");
            admin.createTopics(List.of(new NewTopic("events.retry", 24, (short) 1).configs(large),
                    new NewTopic("dlq.errors", 3, (short) 1).configs(large),
                    new NewTopic("dlq.poison", 3, (short) 1).configs(large))).all().get(60, TimeUnit.SECONDS);
        }
    }

    @BeforeEach
    void deploy() {
        vertx = Vertx.vertx();
        bus = Bus.install(vertx);
        pool = postgres.pool(vertx);
        DlqSettings settings = new DlqSettings(null, null, null, Duration.ofSeconds(8));
        KafkaSettings where = new KafkaSettings(kafka.bootstrapServers(), Map.of());
        deployment = ended(vertx.deployVerticle(
                () -> new DlqRouterVerticle(settings, where, postgres, new Node("node-1", bus, meters)),
                new DeploymentOptions().setInstances(2)));
    }

    @AfterEach
    void close() throws Exception {
        kafka.resume();
        ended(vertx.close());
    }

    @Test
    void shouldMoveARecordUnchangedWithItsFailureHeaders() {
        RawRecord record = Failures.record("events", new Header("ce_id", new byte[] {(byte) 0xc3, 0x28}),
                new Header("none", null), Header.of("x-retry-count", "99"));
        long before = System.currentTimeMillis();

        Routed.Retrying retrying = (Routed.Retrying) ask(Failures.of(record, eventId, Failures.transientError()));

        ConsumerRecord<byte[], byte[]> moved = onlyRecord("events.retry");
        assertThat(moved.key()).isEqualTo(Failures.KEY);
        assertThat(moved.value()).isEqualTo(Failures.VALUE);
        assertThat(moved.timestamp()).isEqualTo(1_700_000_000_123L);
        assertThat(moved.partition()).isEqualTo(retrying.partition());
        assertThat(moved.offset()).isEqualTo(retrying.offset());
        assertThat(moved.headers().toArray()[0].value()).containsExactly(0xc3, 0x28);
        assertThat(moved.headers().lastHeader("none").value()).isNull();
        assertThat(Arrays.stream(moved.headers().toArray()).map(header -> header.key())).containsExactly(
                "ce_id", "none", "x-event-identity", "x-retry-count", "x-original-topic", "x-original-partition",
                "x-original-offset", "x-original-group", "x-error-type", "x-error-message", "x-error-stack",
                "x-failed-at", "x-retry-after");
        assertThat(text(moved, "x-retry-count")).isEqualTo("1");
        assertThat(text(moved, "x-original-offset")).isEqualTo("77");
        assertThat(text(moved, "x-original-group")).isEqualTo(Failures.GROUP);
        Instant failedAt = Instant.parse(text(moved, "x-failed-at"));
        assertThat(Instant.parse(text(moved, "x-retry-after"))).isEqualTo(failedAt.plusSeconds(2))
                .isEqualTo(Instant.ofEpochMilli(retrying.dueMillis()));
        assertThat(failedAt).isBetween(Instant.ofEpochMilli(before), Instant.now());
    }

    @Test
    void shouldRetryFourTimesAndThenWriteALetter() {
        RawRecord record = Failures.record("events", Header.of("ce_id", "1"));
        for (int retry = 1; retry <= 4; retry++) {
            Routed routed = ask(Failures.of(record, eventId, Failures.transientError()));

            assertThat(routed).isInstanceOf(Routed.Retrying.class);
            assertThat(((Routed.Retrying) routed).retry()).isEqualTo(retry);
            assertThat(((Routed.Retrying) routed).partition() % 4).isEqualTo(retry - 1);
            record = raw(records("events.retry").get(retry - 1));
            assertThat(record.header("x-retry-count")).isEqualTo(Integer.toString(retry));
        }

        Routed routed = ask(Failures.of(record, eventId, Failures.transientError()));

        assertThat(routed).isInstanceOf(Routed.Dead.class);
        assertThat(((Routed.Dead) routed).errorType()).isEqualTo("TRANSIENT");
        ConsumerRecord<byte[], byte[]> letter = onlyRecord("dlq.errors");
        assertThat(letter.value()).isEqualTo(Failures.VALUE);
        assertThat(letter.timestamp()).isEqualTo(1_700_000_000_123L);
        assertThat(letter.headers().headers("ce_id")).hasSize(1);
        assertThat(letter.headers().headers("x-retry-count")).hasSize(1);
        assertThat(text(letter, "x-retry-count")).isEqualTo("4");
        assertThat(text(letter, "x-original-topic")).isEqualTo("events");
        assertThat(text(letter, "x-original-partition")).isEqualTo("5");
        assertThat(text(letter, "x-original-offset")).isEqualTo("77");
        assertThat(letter.headers().lastHeader("x-retry-after")).isNull();
        assertThat(inbox()).isEqualTo(Outcome.DEAD);
    }

    @Test
    void shouldSendToThePoisonLettersWhatNobodyCanRead() {
        ErrorInfo undecodable = Failures.type("dev.sluice.failure.UndecodableRecord");

        Routed routed = ask(Failures.of(Failures.record("events"), eventId, undecodable));

        assertThat(routed).isInstanceOf(Routed.Dead.class);
        assertThat(onlyRecord("dlq.poison").value()).isEqualTo(Failures.VALUE);
        assertThat(text(onlyRecord("dlq.poison"), "x-error-type")).isEqualTo("POISON");
        assertThat(meters.get("poison_pill_count").tag("group", Failures.GROUP).gauge().value()).isEqualTo(1);
        assertThat(meters.get("dlq_messages_per_hour").tags("group", Failures.GROUP, "class", "POISON").gauge().value()).isEqualTo(1);
        assertThat(meters.get("dlq_routed_total").tags("class", "POISON", "topic", "dlq.poison").counter().count()).isEqualTo(1);
    }

    @Test
    void shouldAskAnInstalledClassifierBeforeTheRules() {
        ErrorInfo teapot = new ErrorInfo(List.of("dev.sluice.failure.HttpStatusFailure"), null, 418, "short and stout", "");

        assertThat(((Routed.Dead) ask(Failures.of(Failures.record("events"), eventId, teapot))).errorType()).isEqualTo("POISON");
    }

    @Test
    void shouldWriteNoLetterForAnEventThatHasTakenEffect() {
        ended(new Inbox(Failures.GROUP).claim(pool, List.of(eventId)));

        Routed routed = ask(Failures.of(Failures.record("events"), eventId, Failures.permanentError()));

        assertThat(routed).isEqualTo(new Routed.AlreadySettled(Outcome.APPLIED));
        assertThat(records("dlq.errors")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"TRANSIENT, dlq.errors", "BLOCKED_BY, dlq.errors", "POISON, dlq.poison"})
    void shouldSayInASecondLetterWhatTheFirstSaid(String errorType, String topic) {
        ended(new Inbox(Failures.GROUP).bury(pool, eventId, new Inbox.Cause(errorType, "the first\0 one's message")));

        Routed routed = ask(Failures.of(Failures.record("events"), eventId, Failures.type("dev.sluice.failure.AlreadyDead")));

        assertThat(routed).isInstanceOf(Routed.Dead.class);
        assertThat(text(onlyRecord(topic), "x-error-type")).isEqualTo(errorType);
        assertThat(text(onlyRecord(topic), "x-error-message")).isEqualTo("the first  one's message");
    }

    @Test
    void shouldWriteTheLetterOfAnEventThatWasBuriedBeforeACrash() {
        assertThat(ended(new Inbox(Failures.GROUP).bury(pool, eventId,
                new Inbox.Cause("PERMANENT", "refused")))).isEqualTo(Outcome.DEAD);

        Routed routed = ask(Failures.of(Failures.record("events"), eventId, Failures.permanentError()));

        assertThat(routed).isInstanceOf(Routed.Dead.class);
        assertThat(records("dlq.errors")).hasSize(1);
    }

    @Test
    void shouldWriteTheLetterOfAnIdentityThatPostgresqlCantHold() {
        String impossible = eventId + "\u0000";

        Routed routed = ask(Failures.of(Failures.record("events"), impossible, Failures.permanentError()));

        assertThat(routed).isInstanceOf(Routed.Dead.class);
        assertThat(records("dlq.errors", impossible)).hasSize(1);
    }

    @Test
    void shouldWriteOneRecordForARouteThatIsAskedTwice() {
        RouteFailure failure = Failures.of(Failures.record("events"), eventId, Failures.transientError());

        Future<Routed> first = bus.ask(Addresses.ROUTE_FAILURE, failure);
        Future<Routed> meanwhile = bus.ask(Addresses.ROUTE_FAILURE, failure);
        Routed answer = ended(first);

        assertThat(ended(meanwhile)).isEqualTo(answer);
        assertThat(ask(failure)).isEqualTo(answer);
        assertThat(records("events.retry")).hasSize(1);
    }

    @Test
    void shouldMoveAnEventOfTheGreatestSize() {
        byte[] value = new byte[1 << 20];
        Arrays.fill(value, (byte) 'x');
        RawRecord record = new RawRecord("events", 0, 1, 1_700_000_000_123L, Failures.KEY, value, List.of());
        ErrorInfo longest = new ErrorInfo(List.of("x.Y"), "23505", 0, "m".repeat(5_000), "s".repeat(50_000));

        Routed routed = ask(Failures.of(record, eventId, longest));

        assertThat(routed).isInstanceOf(Routed.Dead.class);
        assertThat(onlyRecord("dlq.errors").value()).isEqualTo(value);
        assertThat(text(onlyRecord("dlq.errors"), "x-error-message")).hasSize(1024);
        assertThat(text(onlyRecord("dlq.errors"), "x-error-stack")).hasSize(16 * 1024);
    }

    @Test
    void shouldLeaveALetterThatPointsToPostgresqlWhenTheRecordIsTooLargeForKafka() {
        RawRecord record = tooLarge();

        Routed routed = ask(Failures.of(record, eventId, Failures.permanentError()));

        assertThat(routed).isInstanceOf(Routed.Dead.class);
        ConsumerRecord<byte[], byte[]> letter = onlyRecord("dlq.errors");
        assertThat(letter.value()).isNull();
        assertThat(letter.key()).isEqualTo(Failures.KEY);
        assertThat(text(letter, "ce_type")).isEqualTo("paid");
        assertThat(letter.headers().lastHeader("long")).isNull();
        assertThat(text(letter, "x-body-bytes")).isEqualTo(Integer.toString(record.size()));
        RawRecord whole = ((LargeLetters.Whole) ended(new LargeLetters(pool).find(raw(letter)))).record();
        assertThat(whole.value()).isEqualTo(record.value());
        assertThat(whole.header("long")).hasSize(2_000);
        String id = letter.topic() + "-" + letter.partition() + "-" + letter.offset();
        await().atMost(Duration.ofSeconds(40)).until(() -> ended(bus.ask(Addresses.SHOW_LETTER, new DeadLetters.ShowLetter(id))).letter() != null);
        DeadLetters.Shown shown = ended(bus.ask(Addresses.SHOW_LETTER, new DeadLetters.ShowLetter(id)));
        assertThat(shown.record().value()).isEqualTo(record.value());
        assertThat(shown.letter().bytes()).isEqualTo(record.size());
    }

    @Test
    void shouldRetryARecordThatIsTooLargeForKafkaByAPointerAndKeepItToTheEnd() {
        RawRecord record = tooLarge();
        ask(Failures.of(record, eventId, Failures.transientError()));
        RawRecord retried = raw(onlyRecord("events.retry"));
        assertThat(retried.value()).isNull();
        assertThat(new EventDecoder().decode(retried, "topic")).isEqualTo(new Decoded.Elsewhere(eventId));

        Routed routed = ask(Failures.of(retried, eventId, Failures.permanentError()));

        assertThat(routed).isInstanceOf(Routed.Dead.class);
        RawRecord letter = raw(onlyRecord("dlq.errors"));
        assertThat(letter.header("x-body")).isEqualTo(retried.header("x-body"));
        assertThat(((LargeLetters.Whole) ended(new LargeLetters(pool).find(letter))).record().value()).isEqualTo(record.value());
    }

    @Test
    void shouldNotBelieveAPointerFromOutside() {
        RawRecord forged = Failures.record("events", Header.of("x-body", "somebody else's"), Header.of("x-event-identity", "e"));

        assertThat(new EventDecoder().decode(forged, "topic")).isNotInstanceOf(Decoded.Elsewhere.class);
        ask(Failures.of(forged, eventId, Failures.permanentError()));
        assertThat(onlyRecord("dlq.errors").headers().lastHeader("x-body")).isNull();
    }

    private static RawRecord tooLarge() {
        byte[] value = new byte[3 << 20];
        Arrays.fill(value, (byte) 'x');
        return new RawRecord("events", 0, 1, 1_700_000_000_123L, Failures.KEY, value,
                List.of(Header.of("ce_type", "paid"), Header.of("long", "h".repeat(2_000))));
    }

    @Test
    void shouldSayThatItIsNotRoutedWhileKafkaIsFrozenAndLoseNothing() throws Exception {
        for (int instance = 0; instance < 2; instance++) {
            ask(Failures.of(Failures.record("events"), "warm " + instance + eventId, Failures.permanentError()));
        }
        RouteFailure failure = Failures.of(Failures.record("events"), eventId, Failures.permanentError());
        kafka.freeze();
        long asked = System.nanoTime();

        Routed whileFrozen = ask(failure);

        assertThat(whileFrozen).isInstanceOf(Routed.NotRouted.class);
        assertThat(Duration.ofNanos(System.nanoTime() - asked)).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(15));
        kafka.resume();
        await().atMost(Duration.ofSeconds(30)).until(() -> ask(failure) instanceof Routed.Dead);
        assertThat(records("dlq.errors")).isNotEmpty();
    }

    @Test
    void shouldFinishWhatIsUnderWayWhenItStops() {
        List<Future<Routed>> asked = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            asked.add(bus.ask(Addresses.ROUTE_FAILURE, Failures.of(Failures.record("events"), eventId, Failures.transientError())));
        }
        ended(asked.get(0));

        ended(vertx.undeploy(deployment));

        int written = records("events.retry").size();
        await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> assertThat(asked.stream().filter(Future::succeeded)
                .filter(future -> future.result() instanceof Routed.Retrying)).hasSize(written));
    }

    private Routed ask(RouteFailure failure) {
        return ended(bus.ask(Addresses.ROUTE_FAILURE, failure));
    }

    private Outcome inbox() {
        return ended(new Inbox(Failures.GROUP).find(pool, eventId)).orElseThrow();
    }

    private ConsumerRecord<byte[], byte[]> onlyRecord(String topic) {
        List<ConsumerRecord<byte[], byte[]>> records = records(topic);
        assertThat(records).hasSize(1);
        return records.get(0);
    }

    private List<ConsumerRecord<byte[], byte[]>> records(String topic) {
        return records(topic, eventId);
    }

    /** Everything of this identity that is in the topic now, in the order of retries. */
    private static List<ConsumerRecord<byte[], byte[]>> records(String topic, String identity) {
        List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(Map.of("bootstrap.servers", kafka.bootstrapServers()),
                new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition())).toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> {
                    if (text(record, "x-event-identity").equals(identity)) {
                        found.add(record);
                    }
                });
            }
        }
        found.sort(java.util.Comparator.comparing(record -> text(record, "x-retry-count")));
        return found;
    }

    private static RawRecord raw(ConsumerRecord<byte[], byte[]> record) {
        return new RawRecord(record.topic(), record.partition(), record.offset(), record.timestamp(), record.key(),
                record.value(), Arrays.stream(record.headers().toArray())
                .map(header -> new Header(header.key(), header.value())).toList());
    }

    private static String text(ConsumerRecord<byte[], byte[]> record, String header) {
        return new String(record.headers().lastHeader(header).value(), java.nio.charset.StandardCharsets.UTF_8);
    }

    /** Longer than any answer may take. */
    private static <T> T ended(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(40, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
