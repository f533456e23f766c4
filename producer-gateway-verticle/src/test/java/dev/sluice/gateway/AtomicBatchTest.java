package dev.sluice.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.devstack.Kafka;
import dev.sluice.devstack.Redis;
import dev.sluice.devstack.junit.StackExtension;
import dev.sluice.devstack.junit.TopicContents;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Batches that are published as a whole or not at all. */
@ExtendWith(StackExtension.class)
class AtomicBatchTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String INVALID = "{\"specversion\":\"1.0\",\"id\":\"x\"}";

    private static Kafka kafka;
    private static RunningGateway gateway;
    private static RunningGateway neighbour;

    @BeforeAll
    static void start(Kafka broker, Redis redis) throws Exception {
        kafka = broker;
        gateway = RunningGateway.withTopics(broker, redis, RunningGateway.SETTINGS);
        neighbour = new RunningGateway("two", RunningGateway.SETTINGS, broker.bootstrapServers(), redis.uri(), 1);
    }

    @AfterAll
    static void stop() throws Exception {
        gateway.close();
        neighbour.close();
    }

    private static HttpResponse<String> post(RunningGateway to, List<String> events) throws Exception {
        return to.post("/v1/events?atomic=true", MediaType.CLOUDEVENTS_BATCH, "[" + String.join(",", events) + "]");
    }

    private static List<String> events(String run, int count) {
        return new ArrayList<>(IntStream.range(0, count).mapToObj(i -> Events.cloudEvent(run + i, run + ":" + i % 3, i, "{}")).toList());
    }

    /** What readers of finished transactions see, in the order of each partition. */
    private static List<String> ids(String run) {
        return TopicContents.of(kafka, "events", "read_committed").stream()
                .map(record -> TopicContents.header(record, "ce_id")).filter(id -> id.startsWith(run)).toList();
    }

    /** A finished transaction becomes visible partition by partition, a moment after its end is durable. */
    private static List<String> idsOnce(int size, String run) {
        return await().atMost(Duration.ofSeconds(10)).until(() -> ids(run), ids -> ids.size() >= size);
    }

    @Test
    void shouldPublishAllAndRecogniseThemAgain() throws Exception {
        String run = Events.unique("all");
        HttpResponse<String> first = post(gateway, events(run, 30));
        HttpResponse<String> again = post(neighbour, events(run, 30));

        assertThat(first.statusCode()).as(first.body()).isEqualTo(202);
        assertThat(JSON.readTree(first.body())).hasSize(30).allMatch(outcome -> !outcome.path("duplicate").asBoolean());
        assertThat(JSON.readTree(again.body())).hasSize(30).allMatch(outcome -> outcome.path("duplicate").asBoolean());
        assertThat(idsOnce(30, run)).hasSize(30).doesNotHaveDuplicates();
        for (int entity = 0; entity < 3; entity++) {
            int rest = entity;
            assertThat(ids(run)).filteredOn(id -> Integer.parseInt(id.substring(run.length())) % 3 == rest)
                    .extracting(id -> Integer.valueOf(id.substring(run.length()))).isSorted();
        }
    }

    @Test
    void shouldPublishNoneWhenOneIsInvalid() throws Exception {
        String run = Events.unique("none");
        List<String> events = events(run, 10);
        events.add(5, INVALID);
        HttpResponse<String> answer = post(gateway, events);

        JsonNode outcomes = JSON.readTree(answer.body());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(207);
        for (int i = 0; i < outcomes.size(); i++) {
            assertThat(outcomes.get(i).path("code").asText()).isEqualTo(i == 5 ? "ATTRIBUTE_MISSING" : "BATCH_REFUSED");
            assertThat(outcomes.get(i).path("status").asInt()).isEqualTo(i == 5 ? 400 : 424);
        }
        assertThat(ids(run)).isEmpty();
        assertThat(post(gateway, events(run, 10)).statusCode()).as("without the guilty one").isEqualTo(202);
        assertThat(idsOnce(10, run)).hasSize(10);
    }

    @Test
    void shouldPublishWhatIsNewBesideWhatIsKnown() throws Exception {
        String run = Events.unique("mixed");
        gateway.post(MediaType.CLOUDEVENT, events(run, 5).get(2));
        HttpResponse<String> answer = post(neighbour, events(run, 5));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        assertThat(JSON.readTree(answer.body())).extracting(outcome -> outcome.path("duplicate").asBoolean())
                .containsExactly(false, false, true, false, false);
        assertThat(idsOnce(5, run)).hasSize(5).doesNotHaveDuplicates();
    }

    @Test
    void shouldNotBeFencedByAnotherGateway() throws Exception {
        String run = Events.unique("turns");
        for (int i = 0; i < 12; i++) {
            HttpResponse<String> answer = post(i % 2 == 0 ? gateway : neighbour, events(run + "-" + i + "-", 3));
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        }
        assertThat(idsOnce(36, run)).hasSize(36);
    }

    @Test
    void shouldRefuseTheSameIdentityTwiceInABatch() throws Exception {
        String run = Events.unique("twice");
        List<String> events = events(run, 2);
        events.add(events.get(0));
        HttpResponse<String> answer = post(gateway, events);

        assertThat(gateway.post("/v1/events?atomic=true", MediaType.NDJSON, events.get(0)).statusCode()).isEqualTo(400);
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("twice").contains(run + "0");
        assertThat(ids(run)).isEmpty();
    }

    @Test
    void shouldShowNoneOfABatchThatKafkaDidNotTake() throws Exception {
        String run = Events.unique("frozen");
        assertThat(post(gateway, events(run + "-warm", 1)).statusCode()).isEqualTo(202);
        kafka.freeze();
        HttpResponse<String> frozen;
        try {
            frozen = post(gateway, events(run + "-lost", 6));
        } finally {
            kafka.resume();
        }
        JsonNode outcomes = JSON.readTree(frozen.body());
        assertThat(outcomes).hasSize(6).allMatch(outcome -> outcome.path("status").asInt() == 503);
        await().atMost(Duration.ofSeconds(25)).until(() ->
                post(gateway, events(run + "-lost", 6)).statusCode() == 202);

        assertThat(idsOnce(6, run + "-lost").stream().distinct()).hasSize(6);
    }
}
