package dev.sluice.testing;

import com.sun.net.httpserver.HttpServer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** What an incident is made of: records of every bad kind, a burst, and somebody who refuses one push in twenty. */
final class Troubles implements AutoCloseable {

    private static final int BURST = 60_000;
    private static final int TO_ONE_ENTITY = 12_000;

    private final AtomicInteger pushes = new AtomicInteger();
    private final ExecutorService threads = Executors.newFixedThreadPool(4);
    private final HttpServer target;
    private final KafkaProducer<String, String> producer;
    private volatile boolean refuses = true;

    Troubles(String kafka) throws IOException {
        producer = new KafkaProducer<>(Map.of("bootstrap.servers", kafka), new StringSerializer(), new StringSerializer());
        target = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        target.setExecutor(threads);
        target.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(refuses && pushes.incrementAndGet() % 20 == 0 ? 503 : 204, -1);
            exchange.close();
        });
        target.start();
    }

    String pushUrl() {
        return "http://127.0.0.1:" + target.getAddress().getPort() + "/";
    }

    void refuseNoMore() {
        refuses = false;
    }

    /** Repeats that the gateway did not see, bytes that nobody can read, and events without an entity. */
    void writeRepeatsAndPoison() throws Exception {
        for (int i = 0; i < 200; i++) {
            send("events", "twice-" + i / 2, Integer.toString(i / 2), 1);
        }
        for (int i = 0; i < 15; i++) {
            producer.send(new ProducerRecord<>("events", "broken", "{broken " + i));
            producer.send(new ProducerRecord<>("events", null, "{\"eventId\":\"nobody-" + i + "\",\"type\":\"t\",\"data\":{}}"));
        }
        producer.flush();
    }

    /** The second of three is missing. */
    void writeAGap() {
        send("steps", "step-1", "gap", 1);
        send("steps", "step-3", "gap", 3);
        producer.flush();
    }

    void closeTheGap() {
        send("steps", "step-2", "gap", 2);
        producer.flush();
    }

    /** Much for all partitions, and very much for one. */
    void burst() {
        for (int i = 0; i < BURST; i++) {
            if (i < TO_ONE_ENTITY) {
                send("events", "hot-" + i, "hot", i + 1);
            } else {
                send("events", "burst-" + i, "b" + i % 2_000, i + 1);
            }
        }
        producer.flush();
    }

    private void send(String topic, String id, String entity, int sequence) {
        producer.send(new ProducerRecord<>(topic, "e:" + entity, ("{\"eventId\":\"%s\",\"type\":\"t\",\"entityType\":\"e\","
                + "\"entityId\":\"%s\",\"sequence\":%d,\"data\":{}}").formatted(id, entity, sequence)));
    }

    @Override
    public void close() {
        producer.close();
        target.stop(0);
        threads.shutdownNow();
    }
}
