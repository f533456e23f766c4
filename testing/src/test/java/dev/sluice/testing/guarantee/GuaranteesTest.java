package dev.sluice.testing.guarantee;

import dev.sluice.devstack.Stack;
import dev.sluice.devstack.junit.StackExtension;
import dev.sluice.testing.load.Transfers;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** Each guarantee holds for an outcome as it should be, and says so when a single thing of it is wrong. */
@Timeout(120)
@ExtendWith(StackExtension.class)
class GuaranteesTest {

    private static final int EVENTS = 3_000;
    private static final Transfers TRANSFERS = new Transfers(3, EVENTS);
    private static final List<String> TOPICS = List.of("events", "events.retry", "dlq.errors", "dlq.poison");

    private static Stack stack;

    @BeforeAll
    static void create(Stack given) throws Exception {
        stack = given;
        for (String file : List.of("V1__tables.sql", "V1_2__ledger.sql", "V2_0__parked_events.sql")) {
            execute(Files.readString(Path.of("..", "common", "src", "main", "resources", "db", "migration", file)));
        }
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", stack.kafka().bootstrapServers()))) {
            admin.createTopics(TOPICS.stream().map(topic -> new NewTopic(topic, 1, (short) 1)).toList()).all().get();
        }
        for (int n = 0; n < EVENTS; n++) {
            if (TRANSFERS.doomed(n)) {
                letter(TRANSFERS.identity(n));
            }
        }
    }

    /** All is as it should be, as the handlers would have written it. */
    @BeforeEach
    void applyAll() throws Exception {
        execute("TRUNCATE accounts, ledger, audit_log, processed_events, parked_events");
        StringBuilder audit = new StringBuilder("INSERT INTO audit_log (event_id, entity_type, entity_id, sequence, type) VALUES ");
        StringBuilder ledger = new StringBuilder("INSERT INTO ledger (tx_id, account_id, amount) VALUES ");
        int[] times = new int[EVENTS];
        Map<Integer, Integer> sequences = new HashMap<>();
        for (int n = 0; n < EVENTS; n++) {
            int account = TRANSFERS.account(n);
            audit.append(n == 0 ? "" : ",").append("('%s', 'account', '%d', %d, 'transfer')".formatted(TRANSFERS.identity(n), account,
                    sequences.merge(account, 1, Integer::sum)));
            if (!TRANSFERS.doomed(n)) {
                times[n] = 1;
                ledger.append(ledger.charAt(ledger.length() - 2) == 'S' ? "" : ",")
                        .append("('%1$s', 'a0', 1), ('%1$s', 'a1', -1)".formatted(TRANSFERS.identity(n)));
            }
        }
        balances(times).forEach((account, balance) -> run("INSERT INTO accounts VALUES ('" + account + "', " + balance + ")"));
        execute(audit.toString());
        execute(ledger.toString());
        execute("INSERT INTO processed_events (consumer_group, event_id, outcome) SELECT 'audit', event_id, 'applied' FROM audit_log");
    }

    @Test
    void shouldHoldForWhatIsAsItShouldBe() throws Exception {
        assertThat(judged()).allMatch(Finding::held).hasSize(4);
    }

    @Test
    void shouldMissALostEffect() throws Exception {
        execute("DELETE FROM audit_log WHERE event_id = '/prove/3 17'");

        assertThat(judged()).filteredOn(finding -> !finding.held()).singleElement()
                .returns("Nothing is lost", Finding::guarantee).returns(1L, Finding::violations);
    }

    @Test
    void shouldSeeAnEffectThatHappenedAgain() throws Exception {
        execute("INSERT INTO audit_log (event_id, entity_type, entity_id, sequence, type) VALUES ('/prove/3 2999', 'other', '1', 1, 'x')");

        assertThat(judged()).filteredOn(finding -> !finding.held()).extracting(Finding::guarantee).containsExactly("An effect happens once");
    }

    @Test
    void shouldSeeASecondApplicationInTheBalancesAlone() throws Exception {
        execute("UPDATE accounts SET balance = balance - 5 WHERE id = 'a3'");

        Finding broken = judged().stream().filter(finding -> !finding.held()).findFirst().orElseThrow();
        assertThat(broken.guarantee()).isEqualTo("An effect happens once");
        assertThat(broken.examples()).singleElement().asString().contains("account a3 holds");
    }

    @Test
    void shouldSeeAnEventThatOvertookAnother() throws Exception {
        execute("""
                UPDATE audit_log SET sequence = 3 - sequence
                WHERE entity_id = (SELECT entity_id FROM audit_log WHERE sequence = 2 LIMIT 1) AND sequence IN (1, 2)""");

        assertThat(judged()).filteredOn(finding -> !finding.held()).singleElement()
                .returns("The events of an entity keep their order", Finding::guarantee).returns(1L, Finding::violations);
    }

    @Test
    void shouldSeeALetterOfAnEventThatNothingIsWrongWith() throws Exception {
        try (Letters letters = letters()) {
            Production nothingDoomed = new Renamed(TRANSFERS);
            Finding finding = new DeadLettersComplete(nothingDoomed, n -> true, List.of(AuditEffects.read(stack.postgres(), TRANSFERS)), letters).judge();

            assertThat(finding.violations()).isPositive();
            assertThat(finding.examples()).first().asString().contains("could have been applied");
        }
    }

    @Test
    void shouldSeeAnOffsetAheadOfItsEffect() throws Exception {
        execute("DELETE FROM processed_events WHERE event_id = '/prove/3 9'");
        try (Positions positions = new Positions(stack.kafka().bootstrapServers());
             Letters moved = new Letters(stack.kafka().bootstrapServers(), TOPICS.subList(1, 4))) {
            OffsetBehindEffect offsets = new OffsetBehindEffect(stack.postgres(), positions, moved, TRANSFERS,
                    (partition, offset, most) -> Stream.iterate((int) offset - 1, n -> n >= 0, n -> n - 1).limit(most).mapToInt(n -> n).toArray(),
                    "events", List.of("audit"));
            commit(9);
            assertThat(offsets.look()).isTrue();
            assertThat(offsets.judge()).matches(Finding::held).returns(9L, Finding::checked);

            commit(12);
            assertThat(offsets.look()).isTrue();
            assertThat(offsets.judge()).returns(1L, Finding::violations);
            execute("INSERT INTO parked_events (consumer_group, topic, topic_id, partition, record_offset, event_id, lane, attempts, due_at, reason,"
                    + " record_time, headers) VALUES ('audit', 'events', '', 0, 9, '/prove/3 9', '', 1, now(), 'retry', 0, '')");
            assertThat(offsets.look()).isTrue();
            assertThat(offsets.judge()).as("parked is an outcome").returns(1L, Finding::violations);
            assertThat(offsets.judge().examples()).containsExactly("audit: /prove/3 9 lies below the committed offset and has no outcome");
        }
    }

    @Test
    void shouldSeeTooMuchMemoryAndTooLongARecovery() {
        MemoryBounded memory = new MemoryBounded(100 << 20);
        assertThat(memory.judge().held()).as("nothing was looked at").isFalse();
        memory.onSample("a", 90 << 20);
        assertThat(memory.judge().held()).isTrue();
        memory.onSample("a", 101 << 20);
        assertThat(memory.judge().held()).isFalse();

        RecoveryTime recovery = new RecoveryTime(Duration.ofSeconds(5));
        recovery.onRecovered("one", 4.9);
        assertThat(recovery.judge().held()).isTrue();
        recovery.onRecovered("other", Double.POSITIVE_INFINITY);
        assertThat(recovery.judge().held()).isFalse();
    }

    @Test
    void shouldHaveItsHeadingInTheDocument() throws Exception {
        String document = Files.readString(Path.of("..", "docs", "guarantees.md"));

        for (Guarantee guarantee : List.of(new NothingLost(TRANSFERS, n -> true, List.of(), null), new EffectOnce(0, List.of()),
                new OrderPerEntity(null), new OffsetBehindEffect(null, null, null, null, null, null, List.of()),
                new DeadLettersComplete(TRANSFERS, n -> true, List.of(), null), new MemoryBounded(1), new RecoveryTime(Duration.ZERO))) {
            assertThat(document).contains("## " + guarantee.title() + "\n");
            assertThat(document).as(guarantee.title()).containsPattern("`" + guarantee.getClass().getSimpleName() + "`");
        }
    }

    /** The same events, none of which must be refused. */
    private record Renamed(Transfers transfers) implements Production {

        @Override
        public int events() {
            return transfers.events();
        }

        @Override
        public String identity(int n) {
            return transfers.identity(n);
        }

        @Override
        public java.util.OptionalInt numberOf(String identity) {
            return transfers.numberOf(identity);
        }

        @Override
        public boolean doomed(int n) {
            return false;
        }
    }

    private static List<Finding> judged() throws SQLException {
        try (Letters letters = letters()) {
            AuditEffects audit = AuditEffects.read(stack.postgres(), TRANSFERS);
            List<Effects> groups = List.of(audit, LedgerEffects.read(stack.postgres(), TRANSFERS, GuaranteesTest::balances));
            return Stream.of(new NothingLost(TRANSFERS, n -> true, groups, letters), new EffectOnce(EVENTS, groups), new OrderPerEntity(audit),
                    new DeadLettersComplete(TRANSFERS, n -> true, groups, letters)).map(Guarantee::judge).toList();
        }
    }

    private static Letters letters() {
        Letters letters = new Letters(stack.kafka().bootstrapServers(), Letters.DEAD);
        letters.catchUp();
        return letters;
    }

    private static Map<String, BigDecimal> balances(int[] times) {
        long[] cents = TRANSFERS.balances(times);
        Map<String, BigDecimal> balances = new HashMap<>();
        for (int account = 0; account < cents.length; account++) {
            balances.put("a" + account, BigDecimal.valueOf(cents[account], 2));
        }
        return balances;
    }

    private static void commit(long offset) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", stack.kafka().bootstrapServers()))) {
            admin.alterConsumerGroupOffsets("audit", Map.of(new TopicPartition("events", 0), new OffsetAndMetadata(offset))).all().get();
        }
    }

    private static void letter(String identity) throws Exception {
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(Map.of("bootstrap.servers", stack.kafka().bootstrapServers()),
                new StringSerializer(), new StringSerializer())) {
            ProducerRecord<String, String> record = new ProducerRecord<>("dlq.errors", "x");
            record.headers().add("x-original-group", "ledger".getBytes(StandardCharsets.UTF_8));
            record.headers().add("x-event-identity", identity.getBytes(StandardCharsets.UTF_8));
            producer.send(record).get();
        }
    }

    private static void run(String sql) {
        try {
            execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void execute(String sql) throws SQLException {
        try (Connection connection = stack.postgres().connect(); Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
