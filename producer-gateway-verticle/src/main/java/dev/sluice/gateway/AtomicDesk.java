package dev.sluice.gateway;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import org.apache.kafka.clients.producer.RecordMetadata;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Takes batches that are published as a whole or not at all. For one context. */
final class AtomicDesk {

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** What a batch is answered with. */
    interface Answer {
        Future<Void> to(HttpServerResponse response);
    }

    private final Vertx vertx;
    private final Desk desk;
    private final KafkaBreaker breaker;
    private final Transactions transactions;

    AtomicDesk(Vertx vertx, Desk desk, KafkaBreaker breaker, Transactions transactions) {
        this.vertx = vertx;
        this.desk = desk;
        this.breaker = breaker;
        this.transactions = transactions;
    }

    Future<Answer> take(String topic, Client client, List<Reading> readings, RequestTrace trace) {
        Set<String> identities = new HashSet<>();
        for (Reading reading : readings) {
            if (reading instanceof Reading.Valid valid && !identities.add(valid.event().identity())) {
                Problem twice = new Problem.Malformed("an all-or-nothing batch has the same identity twice: id '"
                        + valid.event().id() + "'");
                return Future.succeededFuture(response -> Answers.problem(response, twice, valid.event()));
            }
        }
        EntityOrder order = new EntityOrder();
        AtomicBatch batch = new AtomicBatch(vertx, readings.size(), PATIENCE, this::publish);
        List<Future<EventOutcome>> outcomes = new ArrayList<>();
        for (Reading reading : readings) {
            outcomes.add(trace.publish(reading, traced -> desk.take(topic, client, traced, order, batch))
                    .onSuccess(batch::onOutcome));
        }
        return Future.join(outcomes).map(all -> response -> Answers.batch(response, all.list()));
    }

    /** The breaker counts a transaction as one. */
    private Future<List<RecordMetadata>> publish(List<Transactions.Item> items) {
        List<RecordMetadata> places = new ArrayList<>();
        return breaker.call(() -> transactions.publish(items).map(published -> {
            places.addAll(published);
            return published.get(0);
        })).map(first -> places);
    }
}
