package dev.sluice.testing.bench.gateway;

import io.vertx.core.Context;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * The shortest way from HTTP to Kafka: parses a body, sends it, and answers 202 when all in-sync replicas have it. It knows
 * no identities, keeps no order after a failure, and bounds nothing.
 */
public final class BarePublisher extends VerticleBase {

    private final int port;
    private final String bootstrapServers;
    private Producer<byte[], byte[]> producer;

    private BarePublisher(int port, String bootstrapServers) {
        this.port = port;
        this.bootstrapServers = bootstrapServers;
    }

    /** @param arguments port, and Kafka's servers */
    public static void main(String[] arguments) {
        Vertx.vertx().deployVerticle(() -> new BarePublisher(Integer.parseInt(arguments[0]), arguments[1]), new DeploymentOptions())
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
        return vertx.createHttpServer().requestHandler(request -> request.body().onSuccess(body -> publish(request, body)))
                .listen(port, "127.0.0.1");
    }

    private void publish(HttpServerRequest request, Buffer body) {
        JsonObject event = new JsonObject(body);
        Context loop = Vertx.currentContext();
        byte[] key = event.getString("subject").getBytes(StandardCharsets.UTF_8);
        producer.send(new ProducerRecord<>("events", key, body.getBytes()), (metadata, error) -> loop.runOnContext(turn -> {
            if (error != null) {
                request.response().setStatusCode(503).end();
                return;
            }
            request.response().setStatusCode(202).putHeader("content-type", "application/json").end(Buffer.buffer("{\"id\":\""
                    + event.getString("id") + "\",\"topic\":\"events\",\"partition\":" + metadata.partition() + ",\"offset\":"
                    + metadata.offset() + ",\"duplicate\":false}"));
        }));
    }
}
