package dev.sluice.testing;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.devstack.Stack;
import dev.sluice.devstack.junit.TopicContents;
import dev.sluice.testing.guarantee.AuditEffects;
import dev.sluice.testing.guarantee.EffectOnce;
import dev.sluice.testing.guarantee.Effects;
import dev.sluice.testing.guarantee.Finding;
import dev.sluice.testing.guarantee.HandlerEffects;
import dev.sluice.testing.guarantee.Letters;
import dev.sluice.testing.guarantee.OffsetBehindEffect;
import dev.sluice.testing.guarantee.OrderPerEntity;
import dev.sluice.testing.guarantee.Positions;
import dev.sluice.testing.guarantee.Production;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.consumer.ConsumerRecord;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whatever a test has done to nodes and parts: of each record of {@code events} that lies below a group's committed offset
 * there is an outcome, none has had its effect twice, and the audit log is in order. Seen in Kafka and PostgreSQL alone.
 */
final class Aftermath implements Production {

    private static final String TOPIC = "events";
    private static final List<String> MOVED = List.of("events.retry", "dlq.errors", "dlq.poison");
    /** Of an event in another topic of the test's own: it may have its effect, and is below no offset of ours. */
    private static final int ELSEWHERE = -1;
    private static final ObjectMapper JSON = new ObjectMapper();

    /** By partition and offset; an event that stands there twice is two. */
    private record Place(int partition, long offset, String identity) {
    }

    private final List<Place> places = new ArrayList<>();
    private final Map<String, Integer> numbers = new HashMap<>();

    private Aftermath(Stack stack, Set<String> topics) {
        for (ConsumerRecord<byte[], byte[]> record : TopicContents.of(stack.kafka(), TOPIC, "read_committed")) {
            identity(record).ifPresent(identity -> add(new Place(record.partition(), record.offset(), identity)));
        }
        topics.stream().filter(topic -> !topic.equals(TOPIC) && !topic.startsWith("dlq.")).forEach(other ->
                TopicContents.of(stack.kafka(), other, "read_committed").forEach(record -> identity(record)
                        .filter(identity -> !other.endsWith(".retry") || !numbers.containsKey(identity)) // not what has moved
                        .ifPresent(identity -> add(new Place(ELSEWHERE, record.offset(), identity)))));
    }

    private void add(Place place) {
        numbers.putIfAbsent(place.identity, places.size());
        places.add(place);
    }

    static void mustKeepTheGuarantees(Stack stack) throws Exception {
        List<Finding> findings = new ArrayList<>();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", stack.kafka().bootstrapServers()))) {
            Set<String> topics = admin.listTopics().names().get();
            if (topics.contains(TOPIC)) {
                List<String> groups = admin.listGroups().all().get().stream().map(GroupListing::groupId).toList();
                findings.addAll(new Aftermath(stack, topics).judge(stack, groups));
            }
        }
        assertThat(findings).as("after the test").allMatch(finding -> finding.violations() == 0);
    }

    private List<Finding> judge(Stack stack, List<String> groups) throws Exception {
        List<Effects> effects = new ArrayList<>();
        for (String group : groups) {
            effects.add(HandlerEffects.read(stack.postgres(), this, group, Optional.empty(), Optional.empty()));
        }
        AuditEffects audit = AuditEffects.read(stack.postgres(), this);
        effects.add(audit);
        String kafka = stack.kafka().bootstrapServers();
        try (Positions positions = new Positions(kafka); Letters moved = new Letters(kafka, MOVED)) {
            OffsetBehindEffect offsets = new OffsetBehindEffect(stack.postgres(), positions, moved, this, this::below, TOPIC, groups);
            assertThat(offsets.look()).as("Kafka and PostgreSQL answer").isTrue();
            return List.of(offsets.judge(), new EffectOnce(events(), effects).judge(), new OrderPerEntity(audit).judge());
        }
    }

    /** All of them. */
    private int[] below(int partition, long offset, int most) {
        return places.stream().filter(place -> place.partition() == partition && place.offset() < offset)
                .mapToInt(place -> numbers.get(place.identity())).toArray();
    }

    /** Of CloudEvents in binary mode, and of JSON with an {@code eventId}; what else there is has none of its own. */
    private static Optional<String> identity(ConsumerRecord<byte[], byte[]> record) {
        String id = TopicContents.header(record, "ce_id");
        if (id != null) {
            return Optional.of(TopicContents.header(record, "ce_source") + " " + id);
        }
        try {
            return Optional.ofNullable(JSON.readTree(record.value()).path("eventId").asText(null));
        } catch (IOException | IllegalArgumentException nobodyCanReadIt) {
            return Optional.empty();
        }
    }

    @Override
    public int events() {
        return places.size();
    }

    @Override
    public String identity(int n) {
        return places.get(n).identity();
    }

    @Override
    public OptionalInt numberOf(String identity) {
        return numbers.containsKey(identity) ? OptionalInt.of(numbers.get(identity)) : OptionalInt.empty();
    }

    @Override
    public boolean doomed(int n) {
        return false;
    }
}
