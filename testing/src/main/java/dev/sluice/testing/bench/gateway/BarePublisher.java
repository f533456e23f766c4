package dev.sluice.testing.bench.gateway;

import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * The shortest way from HTTP to Kafka: parses a body, sends it, and answers 202 when all in-sync replicas have it. It keeps
 * no order after a failure, bounds nothing, and knows no identities, unless it is given a Redis to claim them in.
 */
public final class BarePublisher extends VerticleBase {

    private final int port;
    private final String bootstrapServers;
    private Producer<byte[], byte[]> producer;

    /** Null without Redis. */
    private final String redis;
    private BareClaims claims;

    private BarePublisher(int port, String bootstrapServers, String redis) {
        this.port = port;
        this.bootstrapServers = bootstrapServers;
        this.redis = redis;
    }

    /** @param arguments port, Kafka's servers, and if it is to claim identities, the address of Redis */
    public static void main(String[] arguments) {
        Vertx.vertx().deployVerticle(() -> new BarePublisher(Integer.parseInt(arguments[0]), arguments[1],
                        arguments.length > 2 ? arguments[2] : null), new DeploymentOptions())
                .onFailure(error -> {
                    error.printStackTrace();
                    System.exit(1);
                });
    }

    @Override
    public Future<?> start() {
        producer = new KafkaProducer<>(Map.of("bootstrap.servers", bootstrapServers, "acks", "all", "enable.idempotence", "true",
                "linger.ms", "0"), new ByteArraySerializer(), new ByteArraySerializer());
        producer.partitionsFor("events");
        Future<BareClaims> open = redis == null ? Future.succeededFuture() : BareClaims.open(vertx, redis);
        return open.compose(opened -> {
            claims = opened;
            return vertx.createHttpServer().requestHandler(request -> request.body().onSuccess(body -> take(request, body)))
                    .listen(port, "127.0.0.1");
        });
    }

    private void take(HttpServerRequest request, Buffer body) {
        JsonObject event = new JsonObject(body);
        if (claims == null) {
            publish(event, body).onComplete(where -> answer(request, event, where));
            return;
        }
        String id = event.getString("id");
        claims.claim(id)
                .compose(mine -> mine ? publish(event, body) : Future.failedFuture("somebody has it"))
                .compose(where -> claims.published(id, where.partition() + ":" + where.offset()).map(where))
                .onComplete(where -> answer(request, event, where));
    }

    private Future<RecordMetadata> publish(JsonObject event, Buffer body) {
        Context loop = Vertx.currentContext();
        Promise<RecordMetadata> acknowledged = Promise.promise();
        byte[] key = event.getString("subject").getBytes(StandardCharsets.UTF_8);
        producer.send(new ProducerRecord<>("events", key, body.getBytes()), (metadata, error) -> loop.runOnContext(turn -> {
            if (error == null) {
                acknowledged.complete(metadata);
            } else {
                acknowledged.fail(error);
            }
        }));
        return acknowledged.future();
    }

    private static void answer(HttpServerRequest request, JsonObject event, AsyncResult<RecordMetadata> published) {
        if (published.failed()) {
            request.response().setStatusCode(503).end();
            return;
        }
        RecordMetadata where = published.result();
        request.response().setStatusCode(202).putHeader("content-type", "application/json").end(Buffer.buffer("{\"id\":\""
                + event.getString("id") + "\",\"topic\":\"events\",\"partition\":" + where.partition() + ",\"offset\":"
                + where.offset() + ",\"duplicate\":false}"));
    }
}
