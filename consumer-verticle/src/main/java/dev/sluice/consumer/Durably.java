package dev.sluice.consumer;

import dev.sluice.failure.ErrorInfo;
import dev.sluice.failure.FailureClassifier;
import dev.sluice.failure.Verdict;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Sluice's own statements, repeated until they have happened: an outage is waited out, and so is what may pass. Event loop only. */
final class Durably {

    private static final Logger LOG = LoggerFactory.getLogger(Durably.class);
    private static final long STATEMENT_MILLIS = 10_000;
    private static final long AGAIN_MILLIS = 200;

    private final Vertx vertx;
    private final String group;
    private final Downstream downstream;
    private final FailureClassifier classifier;

    Durably(Vertx vertx, String group, Downstream downstream, FailureClassifier classifier) {
        this.vertx = vertx;
        this.group = group;
        this.downstream = downstream;
        this.classifier = classifier;
    }

    /** Once. @return fails with whatever it meets, an outage as well as the word to look again */
    <T> Future<T> once(Supplier<Future<T>> statement) {
        return downstream.run(() -> statement.get().timeout(STATEMENT_MILLIS, TimeUnit.MILLISECONDS));
    }

    /**
     * @param statement safe to repeat
     * @param givenUp   whether nobody needs it any more
     * @return fails when it is given up, and for what will never succeed
     */
    <T> Future<T> run(Supplier<Future<T>> statement, BooleanSupplier givenUp) {
        if (givenUp.getAsBoolean()) {
            return Future.failedFuture("nobody needs it any more");
        }
        return once(statement).recover(error -> {
            if (error instanceof Downstream.LookAgain) {
                return run(statement, givenUp);
            }
            Verdict verdict = classifier.classify(ErrorInfo.of(error));
            if (verdict == Verdict.PERMANENT || verdict == Verdict.POISON) {
                return Future.failedFuture(error);
            }
            if (verdict != Verdict.OUTAGE) {
                LOG.warn("group={} What must be written before offsets may settle can't be now ({}); they wait", group,
                        error.toString());
            }
            return vertx.timer(AGAIN_MILLIS).compose(again -> run(statement, givenUp));
        });
    }
}
