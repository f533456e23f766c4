package dev.sluice.gateway;

import dev.sluice.devstack.Kafka;
import dev.sluice.devstack.Redis;
import dev.sluice.devstack.junit.StackExtension;
import dev.sluice.devstack.junit.TopicContents;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.jackson.JsonFormat;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** The official SDK as a client: what docs/gateway.md shows is what runs here. */
@ExtendWith(StackExtension.class)
class CloudEventsSdkTest {

    private static int publish(String gateway, byte[] data) throws Exception {
        // docs/gateway.md
        CloudEvent event = CloudEventBuilder.v1().withId("sdk-1").withSource(URI.create("/shop")).withType("paid")
                .withSubject("order:17").withExtension("sequence", "1").withTime(OffsetDateTime.now())
                .withData("application/json", data).build();
        HttpResponse<String> answer = HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create(gateway + "/v1/events"))
                .header("content-type", JsonFormat.CONTENT_TYPE)
                .POST(HttpRequest.BodyPublishers.ofByteArray(new JsonFormat().serialize(event))).build(),
                HttpResponse.BodyHandlers.ofString());
        // end
        return answer.statusCode();
    }

    @Test
    void shouldTakeWhatTheSdkWrites(Kafka kafka, Redis redis) throws Exception {
        RunningGateway gateway = RunningGateway.withTopics(kafka, redis, RunningGateway.SETTINGS);
        try {
            byte[] data = "{\"amount\":\"9.50\"}".getBytes(StandardCharsets.UTF_8);
            assertThat(publish("http://127.0.0.1:" + gateway.port, data)).isEqualTo(202);

            ConsumerRecord<byte[], byte[]> record = Events.recordsOf(kafka, "sdk-1").get(0);
            assertThat(record.value()).isEqualTo(data);
            assertThat(TopicContents.text(record.key())).isEqualTo("order:17");
            assertThat(TopicContents.header(record, "ce_sequence")).isEqualTo("1");
            assertThat(TopicContents.header(record, "ce_type")).isEqualTo("paid");
        } finally {
            gateway.close();
        }
    }

    @Test
    void shouldBeQuotedByTheDocuments() throws Exception {
        String page = Files.readString(Path.of("../docs/gateway.md"));
        List<String> source = Files.readAllLines(Path.of("src/test/java/dev/sluice/gateway/CloudEventsSdkTest.java"));
        List<String> sample = source.subList(source.indexOf("        // docs/gateway.md") + 1, source.indexOf("        // end"));

        assertThat(page).contains(String.join("\n", sample.stream().map(line -> line.substring(8)).toList()));
    }
}
