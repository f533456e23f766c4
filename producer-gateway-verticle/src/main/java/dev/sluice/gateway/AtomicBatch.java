package dev.sluice.gateway;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import org.apache.kafka.clients.producer.RecordMetadata;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The events of one batch that are published together or not at all: gathers those that want to be sent, until each of
 * the batch either is among them or has its outcome without, as a repeat has. One failure, and none is sent. For one context.
 */
final class AtomicBatch implements Outlet {

    /** It was not sent, because another one of the batch could not be. */
    static final class Refused extends RuntimeException {

        private static final long serialVersionUID = 1L;
        private final boolean passing;

        Refused(boolean passing) {
            super("another event of the batch failed", null, false, false);
            this.passing = passing;
        }

        /** The same batch may pass later. */
        boolean passing() {
            return passing;
        }
    }

    private final int expected;
    private final Function<List<Transactions.Item>, Future<List<RecordMetadata>>> transaction;
    private final List<Transactions.Item> items = new ArrayList<>();
    private final List<Promise<RecordMetadata>> promises = new ArrayList<>();
    private final long timer;
    private final Vertx vertx;
    private int settled;
    /** Null while it is undecided, or sent. */
    private Refused refused;
    private boolean decided;

    /** @param patience a batch that is not complete by then, as two that wait for each other, is refused */
    AtomicBatch(Vertx vertx, int expected, Duration patience,
                Function<List<Transactions.Item>, Future<List<RecordMetadata>>> transaction) {
        this.vertx = vertx;
        this.expected = expected;
        this.transaction = transaction;
        this.timer = vertx.setTimer(patience.toMillis(), late -> refuse(true));
    }

    @Override
    public Future<RecordMetadata> send(String topic, IncomingEvent event) {
        if (refused != null) {
            return Future.failedFuture(refused);
        }
        Promise<RecordMetadata> promise = Promise.promise();
        items.add(new Transactions.Item(topic, event));
        promises.add(promise);
        look();
        return promise.future();
    }

    /** Of each event of the batch, in any order. */
    void onOutcome(EventOutcome outcome) {
        if (decided) {
            return;
        }
        settled++;
        if (outcome instanceof EventOutcome.Failed failed) {
            refuse(failed.problem().passing());
        } else {
            look();
        }
    }

    private void refuse(boolean passing) {
        if (!decided) {
            decide();
            refused = new Refused(passing);
            promises.forEach(promise -> promise.fail(refused));
        }
    }

    private void look() {
        if (settled + items.size() < expected || decided) {
            return;
        }
        decide();
        if (items.isEmpty()) {
            return;
        }
        transaction.apply(items).onComplete(done -> {
            for (int i = 0; i < promises.size(); i++) {
                if (done.succeeded()) {
                    promises.get(i).complete(done.result().get(i));
                } else {
                    promises.get(i).fail(done.cause());
                }
            }
        });
    }

    private void decide() {
        decided = true;
        vertx.cancelTimer(timer);
    }
}
