package dev.sluice.gateway;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.devstack.Kafka;
import dev.sluice.devstack.Ports;
import dev.sluice.devstack.Redis;
import dev.sluice.devstack.junit.StackExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Each status that the OpenAPI document promises, as {@code curl} gets it. */
@Timeout(120)
@ExtendWith(StackExtension.class)
class EveryStatusTest {

    private static final Pattern STATUS = Pattern.compile("^HTTP/1.1 (\\d+)|\"status\":(\\d+)", Pattern.MULTILINE);
    private static final String TYPE = "content-type: ";
    private static final String CE = "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"%s\",\"type\":\"%s\",\"data\":%s}";

    private final Set<String> seen = new TreeSet<>();
    @TempDir
    private Path folder;
    private String url;
    private String key;

    @Test
    void shouldBeGotByCurl(Kafka kafka, Redis redis) throws Exception {
        assumeTrue(new ProcessBuilder("sh", "-c", "command -v curl").start().waitFor() == 0, "curl is not there");
        RunningGateway.createTopics(kafka);
        String any = ApiKey.random();
        String shop = ApiKey.random();
        String meter = ApiKey.random();
        GatewaySettings settings = settings(any, shop, meter);
        RunningGateway gateway = new RunningGateway("one", settings, kafka.bootstrapServers(), redis.uri(), 1);
        RunningGateway alone = new RunningGateway("two", settings, "127.0.0.1:" + Ports.oneFree(), redis.uri(), 1);
        try {
            as(gateway, any);
            expect(202, "", "/v1/events", MediaType.CLOUDEVENT, CE.formatted("1", "/s", "t", 1));
            expect(200, "", "/v1/events", MediaType.NDJSON, CE.formatted("2", "/s", "t", 1));
            expect(207, "ATTRIBUTE_MISSING", "/v1/events", MediaType.CLOUDEVENTS_BATCH, "[" + CE.formatted("3", "/s", "t", 1) + ",{}]");
            expect(424, "BATCH_REFUSED", "/v1/events?atomic=true", MediaType.CLOUDEVENTS_BATCH, "[" + CE.formatted("4", "/s", "t", 1) + ",{}]");
            expect(400, "MALFORMED", "/v1/events", MediaType.JSON, "{");
            expect(400, "ATTRIBUTE_MISSING", "/v1/events", MediaType.JSON, "{\"data\":1}");
            expect(400, "ATTRIBUTE_INVALID", "/v1/events", MediaType.JSON, "{\"type\":\"t\",\"sequence\":\"one\",\"data\":1}");
            expect(404, "TOPIC_UNKNOWN", "/v1/topics/nowhere/events", MediaType.JSON, "{\"type\":\"t\",\"data\":1}");
            expect(404, "NOT_FOUND", "/elsewhere", MediaType.JSON, "{}");
            expect(409, "IDENTITY_REUSED", "/v1/events", MediaType.CLOUDEVENT, CE.formatted("1", "/s", "t", 2));
            expect(413, "TOO_LARGE", "/v1/events", MediaType.JSON, "@" + large());
            expect(415, "MEDIA_TYPE_UNSUPPORTED", "/v1/events", "application/xml", "<event/>");
            expect(422, "SCHEMA_VIOLATED", "/v1/events", MediaType.JSON, "{\"type\":\"paid\",\"data\":1}");
            check(405, "METHOD_NOT_ALLOWED", curl("/v1/events"));
            check(415, "ENCODING_UNSUPPORTED", curl("/v1/events", "-H", "content-encoding: br", "-H", TYPE + MediaType.JSON, "-d", "{}"));
            check(408, "BODY_TIMEOUT", curl("/v1/events", "-H", "content-length: 9", "-H", TYPE + MediaType.JSON, "-d", "{"));
            as(gateway, shop);
            expect(403, "TOPIC_FORBIDDEN", "/v1/topics/other/events", MediaType.CLOUDEVENT, CE.formatted("5", "/shop", "t", 1));
            expect(403, "SOURCE_FORBIDDEN", "/v1/events", MediaType.CLOUDEVENT, CE.formatted("6", "/bank", "t", 1));
            as(gateway, ApiKey.random());
            expect(401, "UNAUTHENTICATED", "/v1/events", MediaType.JSON, "{\"type\":\"t\",\"data\":1}");
            as(gateway, meter);
            expect(429, "QUOTA_EXCEEDED", "/v1/events?[1-30]", MediaType.JSON, "{\"type\":\"t\",\"data\":1}");
            as(alone, any);
            expect(503, "PUBLISH_FAILED", "/v1/events", MediaType.JSON, "{\"type\":\"t\",\"data\":1}");
        } finally {
            gateway.close();
            alone.close();
        }
        Set<String> promised = new TreeSet<>();
        new ObjectMapper().readTree(EveryStatusTest.class.getResourceAsStream("openapi.json")).path("paths")
                .forEach(path -> path.path("post").path("responses").fieldNames().forEachRemaining(promised::add));
        assertThat(seen).isEqualTo(promised);
    }

    private void as(RunningGateway gateway, String itsKey) {
        url = "http://127.0.0.1:" + gateway.port;
        key = itsKey;
    }

    private void expect(int status, String code, String path, String type, String body) throws Exception {
        check(status, code, curl(path, "-H", TYPE + type, "--data-binary", body));
    }

    /** In the answer, or in the outcome of one event in it. */
    private void check(int status, String code, String answer) {
        List<String> statuses = new ArrayList<>();
        Matcher found = STATUS.matcher(answer);
        while (found.find()) {
            statuses.add(found.group(1) == null ? found.group(2) : found.group(1));
        }
        assertThat(statuses).as(answer).contains(Integer.toString(status));
        assertThat(answer).contains(code);
        if (status == 429 || status == 503) {
            assertThat(answer.toLowerCase()).contains("retry-after: ");
        }
        seen.add(Integer.toString(status));
    }

    private String curl(String path, String... options) throws Exception {
        List<String> command = new ArrayList<>(List.of("curl", "-sS", "-i", "--max-time", "30", "-H", "authorization: Bearer " + key));
        command.addAll(List.of(options));
        command.add(url + path);
        Process curl = new ProcessBuilder(command).redirectErrorStream(true).start();
        String answer = new String(curl.getInputStream().readAllBytes());
        assertThat(curl.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return answer;
    }

    private Path large() throws IOException {
        return Files.writeString(folder.resolve("large.json"), "{\"type\":\"t\",\"data\":\"" + "x".repeat(2 << 20) + "\"}");
    }

    private GatewaySettings settings(String any, String shop, String meter) throws IOException {
        GatewaySettings open = RunningGateway.SETTINGS;
        Path clients = Files.writeString(folder.resolve("clients.yaml"), """
                - {name: any, keys: ["%s"]}
                - {name: shop, keys: ["%s"], topics: [events], sources: [/shop]}
                - {name: meter, keys: ["%s"], events-per-second: 2}
                """.formatted(ApiKey.hash(any), ApiKey.hash(shop), ApiKey.hash(meter)));
        Path schema = Files.writeString(folder.resolve("paid.json"), "{\"type\":\"object\"}");
        return new GatewaySettings(open.host(), 0, open.topic(), open.maxDataSize(), open.maxBatchSize(), Duration.ofSeconds(1),
                open.idleTimeout(), open.drainTimeout(), open.throttleHold(), open.publishing(), open.window(), open.streams(),
                open.waiting(), open.breaker(), new GatewaySettings.Security(clients.toString(), "", "", "", false, JwtSettings.OFF),
                List.of(new SchemaRule("events", "paid", schema.toString())));
    }
}
