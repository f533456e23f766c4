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

import java.lang.reflect.Constructor;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** What is served at /openapi.json and written in the documents, beside what the gateway does. */
@ExtendWith(StackExtension.class)
class OpenApiTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path ROOT = Path.of("..");
    private static final Pattern CURL = Pattern.compile("(?m)^curl .*?(?<!\\\\)$", Pattern.DOTALL);

    private static RunningGateway gateway;
    private static JsonNode document;

    @BeforeAll
    static void start(Kafka kafka, Redis redis) throws Exception {
        gateway = RunningGateway.withTopics(kafka, redis, RunningGateway.SETTINGS);
        document = JSON.readTree(gateway.send(gateway.request("/openapi.json").GET().build()).body());
    }

    @AfterAll
    static void stop() throws Exception {
        gateway.close();
    }

    private static HttpResponse<String> call(String method, String path, String contentType, String body) throws Exception {
        return gateway.send(gateway.request(path.replace("{topic}", "other")).header("content-type", contentType)
                .method(method, BodyPublishers.ofString(body)).build());
    }

    @Test
    void shouldDescribeTheRoutesThatThereAre() throws Exception {
        assertThat(document.path("openapi").asText()).startsWith("3.1");
        for (Map.Entry<String, JsonNode> path : document.path("paths").properties()) {
            List<String> methods = new ArrayList<>();
            path.getValue().fieldNames().forEachRemaining(methods::add);
            for (String method : List.of("get", "post", "put", "delete", "patch")) {
                int status = call(method.toUpperCase(Locale.ROOT), path.getKey(), "application/none", "").statusCode();
                assertThat(status == 405).as(method + ' ' + path.getKey() + " answers " + status).isEqualTo(!methods.contains(method));
            }
        }
        assertThat(call("GET", "/v1", "application/none", "").statusCode()).isEqualTo(404);
    }

    @Test
    void shouldDescribeTheTypesThatAreTaken() throws Exception {
        for (Map.Entry<String, JsonNode> path : document.path("paths").properties()) {
            for (Map.Entry<String, JsonNode> type : path.getValue().path("post").path("requestBody").path("content").properties()) {
                HttpResponse<String> answer = call("POST", path.getKey(), type.getKey(), "[]");
                assertThat(answer.statusCode()).as(type.getKey()).isNotEqualTo(415);
                assertThat(path.getValue().path("post").path("responses").has(Integer.toString(answer.statusCode()))).isTrue();
            }
        }
        assertThat(call("POST", "/v1/events", "application/none", "[]").statusCode()).isEqualTo(415);
    }

    @Test
    void shouldNameEveryCodeWithItsStatusInBothDocuments() throws Exception {
        String page = Files.readString(ROOT.resolve("docs/gateway.md"));
        JsonNode responses = document.path("paths").path("/v1/topics/{topic}/events").path("post").path("responses");
        for (Class<?> kind : Problem.class.getPermittedSubclasses()) {
            Problem problem = instance(kind);
            assertThat(page).as("docs/gateway.md").contains('`' + problem.code() + '`');
            if (!(problem instanceof Problem.NoSuchPath)) {
                assertThat(responses.path(Integer.toString(problem.status())).path("description").asText())
                        .as("responses of status " + problem.status()).contains(problem.code());
            }
        }
    }

    /** Its code and status hang on none of its parts. */
    private static Problem instance(Class<?> kind) throws ReflectiveOperationException {
        Constructor<?> constructor = kind.getDeclaredConstructors()[0];
        constructor.setAccessible(true);
        Object[] nothing = Arrays.stream(constructor.getParameterTypes())
                .map(type -> type == boolean.class ? (Object) false : type == long.class ? (Object) 0L : type == int.class ? 0 : null)
                .toArray();
        return (Problem) constructor.newInstance(nothing);
    }

    @Test
    void shouldRunTheExamplesOfTheDocuments() throws Exception {
        assumeTrue(new ProcessBuilder("sh", "-c", "command -v curl").start().waitFor() == 0, "curl is not there");
        List<String> examples = new ArrayList<>();
        for (String page : List.of("README.md", "docs/gateway.md")) {
            Matcher example = CURL.matcher(Files.readString(ROOT.resolve(page)));
            while (example.find()) {
                examples.add(example.group());
            }
        }
        assertThat(examples).hasSizeGreaterThanOrEqualTo(5);
        for (String example : examples) {
            Process curl = new ProcessBuilder("bash", "-c", example.replace("localhost:8080", "127.0.0.1:" + gateway.port))
                    .redirectErrorStream(true).start();
            String output = new String(curl.getInputStream().readAllBytes());
            assertThat(curl.waitFor(Duration.ofSeconds(20).toMillis(), TimeUnit.MILLISECONDS)).isTrue();
            assertThat(output).as(example).containsPattern("HTTP/1.1 20[02]").doesNotContain("\"code\"");
        }
    }
}
