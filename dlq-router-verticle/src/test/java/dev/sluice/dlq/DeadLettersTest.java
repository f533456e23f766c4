package dev.sluice.dlq;

import dev.sluice.bus.Addresses;
import dev.sluice.bus.Bus;
import dev.sluice.bus.DeadLetters;
import dev.sluice.bus.DeadLetters.Act;
import dev.sluice.bus.DeadLetters.Acted;
import dev.sluice.bus.DeadLetters.Filter;
import dev.sluice.bus.DeadLetters.Letter;
import dev.sluice.bus.Node;
import dev.sluice.bus.Routed;
import dev.sluice.config.KafkaSettings;
import dev.sluice.config.PostgresSettings;
import dev.sluice.devstack.Kafka;
import dev.sluice.devstack.Postgres;
import dev.sluice.devstack.junit.StackExtension;
import dev.sluice.event.Outcome;
import dev.sluice.event.RawRecord;
import dev.sluice.event.RawRecord.Header;
import dev.sluice.failure.RetrySchedule;
import dev.sluice.store.Inbox;
import dev.sluice.store.Schema;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.kafka.client.producer.KafkaWriteStream;
import io.vertx.sqlclient.Pool;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

/** On a real Kafka and PostgreSQL. Each test finds its own letters by an error text of its own. */
@Timeout(120)
@ExtendWith(StackExtension.class)
class DeadLettersTest {

    private static Kafka kafka;
    private static PostgresSettings postgres;

    private final String mark = UUID.randomUUID().toString();
    private Vertx vertx;
    private Bus bus;
    private Pool pool;
    private String deployment;

    @BeforeAll
    static void createTables(Kafka broker, Postgres database) throws Exception {
        kafka = broker;
        postgres = PostgresSettings.of(database.host(), database.port(), database.database(), database.user(), database.password());
        Schema.migrate(postgres);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            admin.createTopics(List.of(new NewTopic("events.retry", 4, (short) 1),
                    new NewTopic("dlq.errors", 3, (short) 1).configs(Map.of("max.message.bytes", "1572864")),
                    new NewTopic("dlq.poison", 3, (short) 1))).all().get(60, TimeUnit.SECONDS);
        }
    }

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
        bus = Bus.install(vertx);
        pool = postgres.pool(vertx);
        deploy();
    }

    @AfterEach
    void close() {
        ended(vertx.close());
    }

    private void deploy() {
        deployment = router();
    }

    private String router() {
        return ended(vertx.deployVerticle(new DlqRouterVerticle(DlqSettings.standard(),
                new KafkaSettings(kafka.bootstrapServers(), Map.of()), postgres,
                new Node("node-1", bus, new SimpleMeterRegistry()))));
    }

    @Test
    void shouldListEachLetterOnceAndGoOnAfterARestart() {
        bury(3);
        awaitOpen(3);
        ended(vertx.undeploy(deployment));
        deploy();
        bury(1);

        awaitOpen(4);
        Letter letter = list(marked(null)).get(0);
        assertThat(letter.originalTopic()).isEqualTo("events");
        assertThat(letter.originalPartition()).isEqualTo(5);
        assertThat(letter.originalOffset()).isEqualTo(77);
        assertThat(letter.group()).isEqualTo(Failures.GROUP);
        assertThat(letter.entity()).isEqualTo("permit:7");
        assertThat(letter.errorType()).isEqualTo("PERMANENT");
    }

    @Test
    void shouldRebuildFromTheTopicsWhenItsTablesAreEmpty() {
        bury(2);
        awaitOpen(2);
        ended(vertx.undeploy(deployment));
        ended(pool.query("TRUNCATE dead_letters, dead_letter_offsets").execute());

        deploy();

        awaitOpen(2);
    }

    @Test
    void shouldBrowseByPagesWithoutOverlap() {
        bury(5);
        awaitOpen(5);
        List<String> seen = new ArrayList<>();
        long after = 0;
        do {
            DeadLetters.Page page = ended(bus.ask(Addresses.LIST_LETTERS,
                    new DeadLetters.ListLetters(marked(null), after, 2)));
            page.letters().forEach(letter -> seen.add(letter.id()));
            after = page.next();
        } while (after != 0);

        assertThat(seen).hasSize(5).doesNotHaveDuplicates();
    }

    @Test
    void shouldShowTheBytesOfALetter() {
        bury(1);
        awaitOpen(1);
        String id = list(marked(null)).get(0).id();

        DeadLetters.Shown shown = ended(bus.ask(Addresses.SHOW_LETTER, new DeadLetters.ShowLetter(id)));

        assertThat(shown.record().value()).isEqualTo(Failures.VALUE);
        assertThat(shown.letter().id()).isEqualTo(id);
    }

    @Test
    void shouldSendALetterBackToItsGroupOnce() throws Exception {
        bury(2);
        awaitOpen(2);
        long before = retries();

        assertThat(act("replay", true).letters()).isEqualTo(2);
        assertThat(retries()).isEqualTo(before);
        assertThat(act("replay", false).letters()).isEqualTo(2);
        assertThat(act("replay", false).letters()).isZero();

        assertThat(retries()).isEqualTo(before + 2);
        assertThat(list(marked("replayed"))).hasSize(2);
        assertThat(audited("replay")).isEqualTo(2);
    }

    @Test
    void shouldAddressAReplayToTheGroupThatFailedAsIfItWereNew() {
        RawRecord letter = Failures.record("dlq.errors", Header.of("ce_id", "1"), Header.of("x-event-identity", "e"),
                Header.of("x-retry-count", "4"), Header.of("x-original-group", "audit"));

        Map<String, String> headers = MovedHeaders.ofReplay(letter, "dlq.errors-0-1", 0).stream()
                .collect(Collectors.toMap(Header::name, Header::text));

        assertThat(headers).containsEntry("x-event-identity", "e").containsEntry("x-original-group", "audit")
                .containsEntry("x-retry-count", "0").containsEntry("x-retry-after", "1970-01-01T00:00:00.000Z")
                .containsEntry("x-replay-of", "dlq.errors-0-1").containsEntry("ce_id", "1").hasSize(6);
    }

    @Test
    void shouldDiscardOnlyWithAReason() {
        bury(1);
        awaitOpen(1);
        Act without = new Act("discard", marked(null), "anna", " ", false, 100, 0);

        assertThat(ended(bus.ask(Addresses.ACT_ON_LETTERS, without)).refused()).contains("reason");
        assertThat(list(marked("open"))).hasSize(1);
        assertThat(act("discard", false).letters()).isEqualTo(1);

        assertThat(list(marked("discarded"))).hasSize(1);
        assertThat(audited("discard")).isEqualTo(1);
        String eventId = list(marked(null)).get(0).eventId();
        assertThat(ended(new Inbox(Failures.GROUP).find(pool, eventId))).contains(Outcome.DISCARDED);
    }

    @Test
    void shouldTellWhoDidWhatToALetterTheNewestFirst() {
        bury(2);
        awaitOpen(2);
        String id = list(marked("open")).get(1).id();
        ended(bus.ask(Addresses.EXPORT_LETTERS, new DeadLetters.ExportLetters(marked(null), "ben", null, 0)));
        act("replay", false);

        DeadLetters.Actions newest = actions(id, 0, 1);
        DeadLetters.Actions older = actions(id, newest.next(), 5);

        assertThat(newest.actions()).extracting(DeadLetters.Action::actor, DeadLetters.Action::action, DeadLetters.Action::reason,
                DeadLetters.Action::letters, DeadLetters.Action::meant, DeadLetters.Action::outcome)
                .containsExactly(tuple("anna", "replay", mark, 2, 2, "done"));
        assertThat(Instant.parse(newest.actions().get(0).endedAt())).isAfterOrEqualTo(Instant.parse(newest.actions().get(0).at()));
        assertThat(older.actions()).extracting(DeadLetters.Action::actor, DeadLetters.Action::action).containsExactly(tuple("ben", "export"));
        assertThat(older.next()).isZero();
        assertThat(ended(bus.ask(Addresses.LIST_ACTIONS, new DeadLetters.ListActions(id, null, newest.actions().get(0).at(), 0, 5)))
                .actions()).isEqualTo(older.actions());
    }

    @Test
    void shouldProjectOnOneRouterAndGoOnOnAnother() {
        String other = router();
        bury(1);
        awaitOpen(1);
        assertThat(readers()).isEqualTo(1);

        ended(vertx.undeploy(deployment));
        bury(1);

        awaitOpen(2);
        ended(vertx.undeploy(other));
    }

    @Test
    void shouldKeepTheIntentOfAReplayThatIsCutOffAndGoOnWhenAskedAgain() {
        bury(5);
        awaitOpen(5);
        MockProducer<byte[], byte[]> dying = new MockProducer<>(oneRetryPartition(), false, null, new ByteArraySerializer(),
                new ByteArraySerializer());
        ActionTable actions = new ActionTable(pool);
        LetterTable table = new LetterTable(pool);
        LetterPortion.Reader reader = new LetterPortion.Reader(vertx, table,
                new LetterRecords(new KafkaSettings(kafka.bootstrapServers(), Map.of())), 1_000_000);
        vertx.runOnContext(now -> new LetterActions(table, actions, reader, new Replay(vertx,
                new RecordWriter(KafkaWriteStream.create(vertx, dying), System::currentTimeMillis), actions,
                group -> RetrySchedule.STANDARD, System::currentTimeMillis))
                .act(new Act("replay", marked(null), "anna", mark, false, 100, 0)));
        await().atMost(Duration.ofSeconds(40)).until(() -> dying.history().size() == 5);
        assertThat(count("dead_letter_actions WHERE outcome = 'begun' AND letters = 0 AND cardinality(letter_ids) = 5 "
                + "AND ended_at IS NULL AND reason = '" + mark + "'")).isEqualTo(1);
        assertThat(list(marked("open"))).hasSize(5);

        assertThat(act("replay", false)).isEqualTo(new Acted(5, 0, 0, null));

        assertThat(list(marked("replayed"))).hasSize(5);
        assertThat(audited("replay")).isEqualTo(5);
    }

    @Test
    void shouldEndAReplayInOrderWhenItsRouterStops() throws Exception {
        bury(5);
        awaitOpen(5);
        long before = retries();
        Future<Acted> act = bus.ask(Addresses.ACT_ON_LETTERS, new Act("replay", marked(null), "anna", mark, false, 2, 0));
        await().atMost(Duration.ofSeconds(40)).until(() -> !list(marked("replayed")).isEmpty());

        ended(vertx.undeploy(deployment));
        await().atMost(Duration.ofSeconds(40)).until(act::isComplete);
        long marked = count("dead_letters WHERE state = 'replayed' AND error_message LIKE '%" + mark + "'");
        assertThat(act.failed()).isTrue();
        assertThat(marked).isBetween(1L, 4L).isEqualTo(retries() - before);
        assertThat(count("dead_letter_actions WHERE outcome = 'failed' AND reason = '" + mark + "'")).isEqualTo(1);
        deploy();

        assertThat(audited("replay")).isEqualTo(marked);
        assertThat(act("replay", false).letters()).isEqualTo(5 - marked);
        assertThat(retries() - before).isEqualTo(5);
    }

    private static Cluster oneRetryPartition() {
        org.apache.kafka.common.Node node = new org.apache.kafka.common.Node(0, "localhost", 1);
        return new Cluster("c", List.of(node), List.of(new PartitionInfo("events.retry", 0, node,
                new org.apache.kafka.common.Node[] {node}, new org.apache.kafka.common.Node[] {node})), Set.of(), Set.of());
    }

    @Test
    void shouldExportInPortionsThatFitIntoMemory() {
        byte[] large = new byte[1_000_000];
        bury(3, large);
        awaitOpen(3);

        List<DeadLetters.Shown> shown = new ArrayList<>();
        long after = 0;
        do {
            DeadLetters.Exported portion = ended(bus.ask(Addresses.EXPORT_LETTERS,
                    new DeadLetters.ExportLetters(marked(null), "anna", mark, after)));
            assertThat(portion.letters().size()).isLessThan(3);
            shown.addAll(portion.letters());
            after = portion.next();
        } while (after != 0);

        assertThat(shown).extracting(each -> each.record().value().length).containsExactly(1_000_000, 1_000_000, 1_000_000);
        assertThat(shown).extracting(each -> each.letter().id()).doesNotHaveDuplicates();
        assertThat(audited("export")).isEqualTo(3);
    }

    /** Consumers of this process that follow the dead letters, by Kafka's own beans. */
    private static int readers() {
        try {
            return java.lang.management.ManagementFactory.getPlatformMBeanServer().queryNames(new javax.management.ObjectName(
                    "kafka.consumer:type=app-info,id=sluice-dead-letters-*"), null).size();
        } catch (javax.management.MalformedObjectNameException e) {
            throw new AssertionError(e);
        }
    }

    private void bury(int letters) {
        bury(letters, Failures.VALUE);
    }

    private void bury(int letters, byte[] value) {
        RawRecord record = new RawRecord("events", 5, 77, 1_700_000_000_123L, Failures.KEY, value, List.of());
        IntStream.range(0, letters).forEach(i -> assertThat(ended(bus.ask(Addresses.ROUTE_FAILURE,
                Failures.of(record, UUID.randomUUID().toString(),
                        new dev.sluice.failure.ErrorInfo(List.of("dev.sluice.api.PermanentFailure"), null, 0,
                                "refused " + mark, ""))))).isInstanceOf(Routed.Dead.class));
    }

    private void awaitOpen(int letters) {
        await().atMost(Duration.ofSeconds(40)).until(() -> list(marked("open")).size() == letters);
    }

    private Filter marked(String state) {
        return new Filter(null, null, null, null, mark.toUpperCase(java.util.Locale.ROOT), null, null, null, null, state);
    }

    private List<Letter> list(Filter filter) {
        return ended(bus.ask(Addresses.LIST_LETTERS, new DeadLetters.ListLetters(filter, 0, 100))).letters();
    }

    private Acted act(String action, boolean dryRun) {
        return ended(bus.ask(Addresses.ACT_ON_LETTERS, new Act(action, marked(null), "anna", mark, dryRun, 100, 0)));
    }

    private long audited(String action) {
        return actions(null, 0, 1_000).actions().stream().filter(each -> each.actor().equals("anna") && each.reason().equals(mark)
                && each.action().equals(action)).mapToLong(DeadLetters.Action::letters).sum();
    }

    private DeadLetters.Actions actions(String letter, long before, int limit) {
        return ended(bus.ask(Addresses.LIST_ACTIONS, new DeadLetters.ListActions(letter, null, null, before, limit)));
    }

    private long count(String from) {
        return ended(pool.query("SELECT count(*) FROM " + from).execute()).iterator().next().getLong(0);
    }

    private static long retries() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            return admin.listOffsets(IntStream.range(0, 4).boxed().collect(Collectors.toMap(
                    partition -> new TopicPartition("events.retry", partition), partition -> OffsetSpec.latest())))
                    .all().get(20, TimeUnit.SECONDS).values().stream().mapToLong(end -> end.offset()).sum();
        }
    }

    private static <T> T ended(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(40, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
