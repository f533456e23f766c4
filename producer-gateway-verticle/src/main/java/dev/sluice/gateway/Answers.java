package dev.sluice.gateway;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Outcomes and problems, as the caller reads them; futures complete when they are written. Stateless, any thread. */
final class Answers {

    static final String LEFT_TO_CONSUMER = "x-idempotency";

    private static final JsonFactory JSON = new JsonFactory();

    private Answers() {
    }

    static Future<Void> single(HttpServerResponse response, EventOutcome outcome) {
        if (outcome instanceof EventOutcome.Failed failed) {
            return problem(response, failed.problem(), failed.event());
        }
        if (((EventOutcome.Published) outcome).consumer()) {
            response.putHeader(LEFT_TO_CONSUMER, "consumer");
        }
        return send(response, outcome.status(), MediaType.JSON, json(-1, outcome));
    }

    /** 202 when all were accepted, else 207. The largest wait that any of them asks for. */
    static Future<Void> batch(HttpServerResponse response, List<EventOutcome> outcomes) {
        ByteArrayOutputStream body = new ByteArrayOutputStream(outcomes.size() * 160);
        long retryAfter = 0;
        boolean all = true;
        boolean consumer = false;
        for (int i = 0; i < outcomes.size(); i++) {
            EventOutcome outcome = outcomes.get(i);
            body.write(i == 0 ? '[' : ',');
            body.writeBytes(json(i, outcome));
            all &= outcome.status() == 202;
            consumer |= outcome instanceof EventOutcome.Published published && published.consumer();
            if (outcome instanceof EventOutcome.Failed failed && failed.problem().passing()) {
                retryAfter = Math.max(retryAfter, seconds(failed.problem()));
            }
        }
        body.writeBytes((outcomes.isEmpty() ? "[]\n" : "]\n").getBytes(StandardCharsets.US_ASCII));
        if (retryAfter > 0) {
            response.putHeader("retry-after", Long.toString(retryAfter));
        }
        if (consumer) {
            response.putHeader(LEFT_TO_CONSUMER, "consumer");
        }
        return send(response, all ? 202 : 207, MediaType.JSON, body.toByteArray());
    }

    /** @param event null when it is not known which */
    static Future<Void> problem(HttpServerResponse response, Problem problem, IncomingEvent event) {
        if (problem.passing()) {
            response.putHeader("retry-after", Long.toString(seconds(problem)));
        }
        if (problem instanceof Problem.MethodNotAllowed notAllowed) {
            response.putHeader("allow", notAllowed.allow());
        }
        return send(response, problem.status(), MediaType.PROBLEM, json(-1, new EventOutcome.Failed(event, problem)));
    }

    private static Future<Void> send(HttpServerResponse response, int status, String type, byte[] body) {
        return response.ended() || response.closed() ? Future.succeededFuture()
                : response.setStatusCode(status).putHeader("content-type", type).end(Buffer.buffer(body));
    }

    private static long seconds(Problem problem) {
        return Math.max(1, (problem.retryAfter().toMillis() + 999) / 1000);
    }

    /** @param index left out below 0 */
    private static byte[] json(int index, EventOutcome outcome) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(192);
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            write(json, index, outcome);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** Outcomes of a stream, a line each. For one thread, and to be closed. */
    static final class Lines implements AutoCloseable {

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 10);
        private final JsonGenerator json;

        Lines() {
            try {
                json = JSON.createGenerator(bytes).setRootValueSeparator(null);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        void add(int index, EventOutcome outcome) {
            try {
                write(json, index, outcome);
                json.writeRaw('\n');
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        Buffer taken() {
            close();
            return Buffer.buffer(bytes.toByteArray());
        }

        @Override
        public void close() {
            try {
                json.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static void write(JsonGenerator json, int index, EventOutcome outcome) throws IOException {
        json.writeStartObject();
        if (index >= 0) {
            json.writeNumberField("index", index);
            json.writeNumberField("status", outcome.status());
        }
        if (outcome instanceof EventOutcome.Published published) {
            write(json, published);
        } else if (outcome instanceof EventOutcome.Failed failed) {
            write(json, failed, index < 0);
        }
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, EventOutcome.Published published) throws IOException {
        json.writeStringField("id", published.event().id());
        json.writeStringField("topic", published.topic());
        json.writeNumberField("partition", published.partition());
        json.writeNumberField("offset", published.offset());
        json.writeBooleanField("duplicate", published.duplicate());
        if (!published.event().named()) {
            json.writeBooleanField("repeatRecognised", false);
        }
        if (published.consumer()) {
            json.writeStringField("idempotency", "consumer");
        }
    }

    /** With the identity: whoever repeats the event must not get another one. */
    private static void write(JsonGenerator json, EventOutcome.Failed failed, boolean withStatus) throws IOException {
        Problem problem = failed.problem();
        json.writeStringField("type", problem.type());
        json.writeStringField("title", problem.title());
        if (withStatus) {
            json.writeNumberField("status", problem.status());
        }
        json.writeStringField("code", problem.code());
        json.writeStringField("detail", problem.detail());
        if (problem instanceof Problem.SchemaViolated violation) {
            json.writeStringField("pointer", violation.pointer());
        }
        if (!withStatus && problem.passing()) {
            json.writeNumberField("retryAfter", seconds(problem));
        }
        if (failed.event() != null) {
            json.writeStringField("id", failed.event().id());
            json.writeStringField("source", failed.event().source());
        }
    }
}
