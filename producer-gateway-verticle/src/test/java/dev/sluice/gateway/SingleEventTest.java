package dev.sluice.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.devstack.Kafka;
import dev.sluice.devstack.Redis;
import dev.sluice.devstack.junit.StackExtension;
import dev.sluice.devstack.junit.TopicContents;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;

import static org.assertj.core.api.Assertions.assertThat;

/** One event a request. */
@ExtendWith(StackExtension.class)
class SingleEventTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static Kafka kafka;
    private static RunningGateway gateway;

    @BeforeAll
    static void start(Kafka broker, Redis redis) throws Exception {
        kafka = broker;
        gateway = RunningGateway.withTopics(broker, redis, RunningGateway.SETTINGS);
    }

    @AfterAll
    static void stop() throws Exception {
        gateway.close();
    }

    @Test
    void shouldPublishAStructuredCloudEventAsItWasSent() throws Exception {
        String id = Events.unique("structured");
        HttpResponse<String> answer = gateway.post(MediaType.CLOUDEVENT,
                Events.cloudEvent(id, "order:17", 3, "{\"a\" : 1.50,  \"b\":\"ä\"}"));

        JsonNode body = JSON.readTree(answer.body());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        ConsumerRecord<byte[], byte[]> record = Events.recordsOf(kafka, id).get(0);
        assertThat(TopicContents.text(record.value())).isEqualTo("{\"a\" : 1.50,  \"b\":\"ä\"}");
        assertThat(TopicContents.text(record.key())).isEqualTo("order:17");
        assertThat(TopicContents.header(record, "ce_source")).isEqualTo("/tests");
        assertThat(TopicContents.header(record, "ce_type")).isEqualTo("changed");
        assertThat(TopicContents.header(record, "ce_subject")).isEqualTo("order:17");
        assertThat(TopicContents.header(record, "ce_sequence")).isEqualTo("3");
        assertThat(TopicContents.header(record, "content-type")).isEqualTo("application/json");
        assertThat(body.path("partition").asInt()).isEqualTo(record.partition());
        assertThat(body.path("offset").asLong()).isEqualTo(record.offset());
        assertThat(body.path("duplicate").asBoolean()).isFalse();
    }

    @Test
    void shouldPublishABinaryCloudEventUnderItsPartitionKey() throws Exception {
        String id = Events.unique("binary");
        HttpResponse<String> answer = gateway.send(gateway.request("/v1/topics/other/events")
                .header("ce-specversion", "1.0").header("ce-id", id).header("ce-source", "/tests").header("ce-type", "t")
                .header("ce-subject", "caf%C3%A9:1").header("ce-partitionkey", "shard:9").header("content-type", "text/plain")
                .POST(BodyPublishers.ofString("not JSON at all")).build());

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        ConsumerRecord<byte[], byte[]> record = TopicContents.of(kafka, "other").stream()
                .filter(found -> id.equals(TopicContents.header(found, "ce_id"))).findFirst().orElseThrow();
        assertThat(TopicContents.text(record.key())).isEqualTo("shard:9");
        assertThat(TopicContents.header(record, "ce_subject")).isEqualTo("café:1");
        assertThat(TopicContents.text(record.value())).isEqualTo("not JSON at all");
        assertThat(TopicContents.header(record, "content-type")).isEqualTo("text/plain");
    }

    @Test
    void shouldNameAPlainEventByItsTransition() throws Exception {
        String entity = Events.unique("p");
        String event = "{\"type\":\"paid\",\"entityType\":\"order\",\"entityId\":\"" + entity + "\",\"sequence\":4,\"data\":{\"x\":1}}";
        HttpResponse<String> first = gateway.post(MediaType.JSON, event);
        HttpResponse<String> second = gateway.post(MediaType.JSON, event);

        assertThat(JSON.readTree(first.body()).path("id").asText()).isEqualTo("order:" + entity + ":4");
        assertThat(JSON.readTree(second.body()).path("duplicate").asBoolean()).isTrue();
        ConsumerRecord<byte[], byte[]> record = Events.recordsOf(kafka, "order:" + entity + ":4").get(0);
        assertThat(TopicContents.header(record, "ce_source")).isEqualTo("/clients/anonymous");
        assertThat(TopicContents.text(record.value())).isEqualTo("{\"x\":1}");
    }

    @Test
    void shouldSayThatARepeatOfANamelessEventIsNotRecognised() throws Exception {
        HttpResponse<String> answer = gateway.post(MediaType.JSON, "{\"type\":\"t\",\"data\":1}");

        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(JSON.readTree(answer.body()).path("repeatRecognised").asBoolean(true)).isFalse();
    }

    @Test
    void shouldHonourAnIdempotencyKey() throws Exception {
        String key = Events.unique("key");
        HttpRequest request = gateway.request("/v1/events").header("content-type", "application/json")
                .header("idempotency-key", key).POST(BodyPublishers.ofString("{\"type\":\"t\",\"data\":{\"n\":1}}")).build();
        gateway.send(request);
        HttpResponse<String> second = gateway.send(request);

        assertThat(JSON.readTree(second.body()).path("id").asText()).isEqualTo(key);
        assertThat(JSON.readTree(second.body()).path("duplicate").asBoolean()).isTrue();
        assertThat(Events.recordsOf(kafka, key)).hasSize(1);
    }
}
