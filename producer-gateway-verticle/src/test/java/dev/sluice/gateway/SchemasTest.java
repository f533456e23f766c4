package dev.sluice.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.config.InvalidSetting;
import dev.sluice.devstack.Kafka;
import dev.sluice.devstack.Redis;
import dev.sluice.devstack.junit.StackExtension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Data that must match a schema. */
@ExtendWith(StackExtension.class)
class SchemasTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PAID = """
            {"type": "object", "required": ["amount", "lines"], "properties": {
              "amount": {"type": "number", "minimum": 0},
              "lines": {"type": "array", "items": {"type": "object", "properties": {"sku/no": {"type": "string"}}}}}}""";

    @TempDir
    private static Path folder;
    private static Kafka kafka;
    private static RunningGateway gateway;

    @BeforeAll
    static void start(Kafka broker, Redis redis) throws Exception {
        kafka = broker;
        RunningGateway.createTopics(broker);
        String paid = Files.writeString(folder.resolve("paid.json"), PAID).toString();
        String any = Files.writeString(folder.resolve("any.json"), "{\"type\":\"object\"}").toString();
        GatewaySettings open = RunningGateway.SETTINGS;
        gateway = new RunningGateway("one", new GatewaySettings(open.host(), 0, open.topic(), open.maxDataSize(), open.maxBatchSize(),
                open.bodyTimeout(), open.idleTimeout(), open.drainTimeout(), open.throttleHold(), open.publishing(), open.window(),
                open.streams(), open.waiting(), open.breaker(), open.security(),
                List.of(new SchemaRule("events", "paid", paid), new SchemaRule("events", "", any))),
                broker.bootstrapServers(), redis.uri(), 2);
    }

    @AfterAll
    static void stop() throws Exception {
        gateway.close();
    }

    private static String event(String id, String type, String data) {
        return "{\"type\":\"" + type + "\",\"eventId\":\"" + id + "\",\"data\":" + data + "}";
    }

    @Test
    void shouldPointToTheFault() throws Exception {
        String id = Events.unique("fault");
        HttpResponse<String> answer = gateway.post(MediaType.JSON,
                event(id, "paid", "{\"amount\":1,\"lines\":[{\"sku/no\":\"a\"},{\"sku/no\":7}]}"));

        JsonNode problem = JSON.readTree(answer.body());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(422);
        assertThat(answer.headers().firstValue("content-type")).contains(MediaType.PROBLEM);
        assertThat(problem.path("code").asText()).isEqualTo("SCHEMA_VIOLATED");
        assertThat(problem.path("pointer").asText()).isEqualTo("/lines/1/sku~1no");
        assertThat(problem.path("detail").asText()).contains("/lines/1/sku~1no");
        assertThat(Events.recordsOf(kafka, id)).isEmpty();
    }

    @Test
    void shouldNameWhatIsMissing() throws Exception {
        JsonNode problem = JSON.readTree(gateway.post(MediaType.JSON, event(Events.unique("m"), "paid", "{\"amount\":1}")).body());

        assertThat(problem.path("status").asInt()).isEqualTo(422);
        assertThat(problem.path("pointer").asText()).isEmpty();
        assertThat(problem.path("detail").asText()).contains("lines");
    }

    @Test
    void shouldAskNoMoreThanTheRuleOfTheTypeAndTopic() throws Exception {
        assertThat(gateway.post(MediaType.JSON, event(Events.unique("ok"), "paid", "{\"amount\":0,\"lines\":[]}")).statusCode()).isEqualTo(202);
        assertThat(gateway.post(MediaType.JSON, event(Events.unique("any"), "shipped", "{\"amount\":\"?\"}")).statusCode()).isEqualTo(202);
        assertThat(gateway.post(MediaType.JSON, event(Events.unique("any"), "shipped", "7")).statusCode()).isEqualTo(422);
        assertThat(gateway.post("/v1/topics/other/events", MediaType.JSON, event(Events.unique("o"), "paid", "7")).statusCode()).isEqualTo(202);
    }

    @Test
    void shouldRefuseOneLineOfAStreamAndTakeItsNeighbours() throws Exception {
        String run = Events.unique("s");
        List<String> answers = gateway.post(MediaType.NDJSON, event(run + 1, "shipped", "{}") + "\n" + event(run + 2, "paid", "[]") + "\n"
                + event(run + 3, "shipped", "{}")).body().lines().toList();

        assertThat(answers).extracting(line -> JSON.readTree(line).path("status").asInt()).containsExactly(202, 422, 202);
        assertThat(JSON.readTree(answers.get(1)).path("pointer").isTextual()).isTrue();
    }

    @Test
    void shouldNotStartWithASchemaThatIsNone() throws Exception {
        String broken = Files.writeString(folder.resolve("broken.json"), "[").toString();
        String dangling = Files.writeString(folder.resolve("dangling.json"), "{\"$ref\":\"https://example.com/other\"}").toString();

        assertThatThrownBy(() -> new Schemas(List.of(new SchemaRule("events", "", broken))))
                .isInstanceOf(InvalidSetting.class).hasMessageContaining("gateway.schemas.file");
        assertThatThrownBy(() -> new Schemas(List.of(new SchemaRule("events", "", dangling)))).isInstanceOf(InvalidSetting.class);
    }
}
