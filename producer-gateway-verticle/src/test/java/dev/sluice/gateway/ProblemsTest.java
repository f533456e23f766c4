package dev.sluice.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.devstack.Kafka;
import dev.sluice.devstack.Redis;
import dev.sluice.devstack.junit.StackExtension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.net.http.HttpResponse;

import static org.assertj.core.api.Assertions.assertThat;

/** What is said to requests that are wrong. */
@ExtendWith(StackExtension.class)
class ProblemsTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static RunningGateway gateway;

    @BeforeAll
    static void start(Kafka broker, Redis redis) throws Exception {
        gateway = RunningGateway.withTopics(broker, redis, RunningGateway.SETTINGS);
    }

    @AfterAll
    static void stop() throws Exception {
        gateway.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            application/json             | {                                                | 400 | MALFORMED
            application/json             | [1,2]                                            | 400 | MALFORMED
            application/json             | {"type":"t","data":1} x                          | 400 | MALFORMED
            application/json             | {"type":"t","type":"u","data":1}                 | 400 | MALFORMED
            application/json             | {"data":1}                                       | 400 | ATTRIBUTE_MISSING
            application/json             | {"type":"t"}                                     | 400 | ATTRIBUTE_MISSING
            application/json             | {"type":"t","entityId":"1","data":1}             | 400 | ATTRIBUTE_MISSING
            application/json             | {"type":"t","sequence":"one","data":1}           | 400 | ATTRIBUTE_INVALID
            application/cloudevents+json | {"specversion":"1.0","id":"1","source":"/s"}     | 400 | ATTRIBUTE_MISSING
            application/cloudevents+json | {"specversion":"0.3","id":"1","source":"/s","type":"t"} | 400 | ATTRIBUTE_INVALID
            application/cloudevents+json | {"specversion":"1.0","id":"1","source":"/s","type":"t","Ext":"1"} | 400 | ATTRIBUTE_INVALID
            application/cloudevents+json | {"specversion":"1.0","id":"1","source":"/s","type":"t","time":"noon"} | 400 | ATTRIBUTE_INVALID
            application/cloudevents+json | {"specversion":"1.0","id":"1","source":"/s","type":"t","data_base64":"?"} | 400 | ATTRIBUTE_INVALID
            application/xml              | <event/>                                         | 415 | MEDIA_TYPE_UNSUPPORTED
            application/json;charset=utf-16 | {}                                            | 415 | MEDIA_TYPE_UNSUPPORTED
            application/cloudevents-batch+json | {}                                         | 400 | MALFORMED
            """)
    void shouldSayWhatIsWrong(String contentType, String body, int status, String code) throws Exception {
        HttpResponse<String> answer = gateway.post(contentType, body);

        JsonNode problem = JSON.readTree(answer.body());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("content-type")).contains(MediaType.PROBLEM);
        assertThat(problem.path("status").asInt()).isEqualTo(status);
        assertThat(problem.path("code").asText()).isEqualTo(code);
        assertThat(problem.path("title").asText()).isNotBlank();
        assertThat(problem.path("detail").asText()).isNotBlank();
    }

    @Test
    void shouldKnowItsPaths() throws Exception {
        assertThat(gateway.post("/v1/topics/nowhere/events", MediaType.JSON, "{\"type\":\"t\",\"data\":1}").statusCode()).isEqualTo(404);
        assertThat(gateway.post("/elsewhere", MediaType.JSON, "{}").statusCode()).isEqualTo(404);
        HttpResponse<String> get = gateway.send(gateway.request("/v1/events").GET().build());
        assertThat(get.statusCode()).isEqualTo(405);
        assertThat(get.headers().firstValue("allow")).contains("POST");
        HttpResponse<String> openApi = gateway.send(gateway.request("/openapi.json").GET().build());
        assertThat(JSON.readTree(openApi.body()).path("openapi").asText()).startsWith("3.1");
    }
}
