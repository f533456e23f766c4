package dev.sluice.engine.publish;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** One connection to the gateway: one request at a time. */
final class GatewayConnection {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration CONNECT = Duration.ofSeconds(2);
    /** Longer than the gateway waits for Kafka. */
    private static final Duration ANSWER = Duration.ofSeconds(30);

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT).build();
    private final URI uri;
    private final Optional<String> apiKey;

    GatewayConnection(URI uri, Optional<String> apiKey) {
        this.uri = uri;
        this.apiKey = apiKey;
    }

    /** @throws IOException when there was no answer; what the lines have become is not known, unless it is a ConnectException */
    Answer post(List<Line> lines) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(ANSWER).header("content-type", "application/x-ndjson")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body(lines)));
        apiKey.ifPresent(key -> request.header("authorization", "Bearer " + key));
        HttpResponse<Stream<String>> response = client.send(request.build(), HttpResponse.BodyHandlers.ofLines());
        Optional<Duration> retryAfter = response.headers().firstValue("retry-after").filter(text -> text.matches("[0-9]{1,4}"))
                .map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)));
        try (Stream<String> answer = response.body()) {
            return response.statusCode() == 200 || response.statusCode() == 202 || response.statusCode() == 207
                    ? new Answer.PerLine(outcomes(answer.iterator(), lines.size()), retryAfter)
                    : new Answer.Whole(problem(response.statusCode(), answer), retryAfter);
        }
    }

    private static byte[] body(List<Line> lines) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (Line line : lines) {
            body.writeBytes(line.json());
            body.write('\n');
        }
        return body.toByteArray();
    }

    /** An answer that breaks off is good as far as it came. */
    private static List<Optional<Answer.Outcome>> outcomes(Iterator<String> answer, int expected) throws JsonProcessingException {
        List<Optional<Answer.Outcome>> outcomes = new ArrayList<>(Collections.nCopies(expected, Optional.empty()));
        try {
            for (int position = 0; answer.hasNext(); position++) {
                JsonNode line = JSON.readTree(answer.next());
                int index = line.path("index").asInt(position);
                if (index >= 0 && index < expected) {
                    outcomes.set(index, Optional.of(outcome(line, line.path("status").asInt(500))));
                }
            }
        } catch (UncheckedIOException | JsonProcessingException e) {
            return outcomes;
        }
        return outcomes;
    }

    private static Answer.Outcome problem(int status, Stream<String> body) {
        try {
            return outcome(JSON.readTree(String.join("\n", body.limit(100).toList())), status);
        } catch (UncheckedIOException | JsonProcessingException e) {
            return new Answer.Outcome(status, false, "", "");
        }
    }

    private static Answer.Outcome outcome(JsonNode line, int status) {
        return new Answer.Outcome(status, line.path("duplicate").asBoolean(), line.path("code").asText(""),
                line.path("detail").asText(line.path("title").asText("")));
    }
}
