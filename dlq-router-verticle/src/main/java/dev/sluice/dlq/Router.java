package dev.sluice.dlq;

import dev.sluice.bus.RouteFailure;
import dev.sluice.bus.Routed;
import dev.sluice.event.Outcome;
import dev.sluice.event.RawRecord;
import dev.sluice.failure.ErrorInfo;
import dev.sluice.failure.RetrySchedule;
import dev.sluice.store.Coalesced;
import dev.sluice.store.Inbox;
import dev.sluice.store.LargeLetters;
import dev.sluice.trace.Traces;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Pool;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Makes the way of a failed event durable, and says which it was only when Kafka has acknowledged it. A letter's event
 * is buried in the inbox first, so that no zombie can apply it any more; a crash in between is harmless, because the
 * repeat finds it buried and writes the letter. Its futures never fail.
 */
final class Router {

    private static final Logger LOG = LoggerFactory.getLogger(Router.class);
    private static final long BURIAL_SECONDS = 4;
    private static final long BODY_SECONDS = 8;

    private final RoutePolicy policy;
    private final Function<String, RetrySchedule> scheduleOf;
    private final Pool postgres;
    private final LargeLetters large;
    private final Coalesced<Inbox.Burial, Outcome> burials;
    private final RecordWriter writer;
    private final RouteMeters meters;
    private final LongSupplier clock;

    Router(Vertx vertx, RoutePolicy policy, Function<String, RetrySchedule> scheduleOf, Pool postgres, RecordWriter writer,
           RouteMeters meters, LongSupplier clock) {
        this.policy = policy;
        this.scheduleOf = scheduleOf;
        this.postgres = postgres;
        this.large = new LargeLetters(postgres);
        this.burials = new Coalesced<>(vertx, all -> Inbox.buryAll(postgres, all).timeout(BURIAL_SECONDS, TimeUnit.SECONDS),
                one -> new Inbox(one.group()).bury(postgres, one.eventId(), one.cause()).timeout(BURIAL_SECONDS, TimeUnit.SECONDS));
        this.writer = writer;
        this.meters = meters;
        this.clock = clock;
    }

    Future<Routed> route(RouteFailure failure) {
        return Future.succeededFuture(failure).map(policy::decide).compose(route -> take(route, failure))
                .otherwise(error -> new Routed.NotRouted(error.getClass().getSimpleName() + ": " + error.getMessage()));
    }

    private Future<Routed> take(Route route, RouteFailure failure) {
        if (route instanceof Route.Retry retry) {
            return writeRetry(retry, failure);
        }
        if (route instanceof Route.Park park) {
            return Future.succeededFuture(new Routed.Park(park.retries(), clock.getAsLong() + park.delay().toMillis()));
        }
        Route.Letter letter = (Route.Letter) route;
        return bury(letter, failure).compose(outcome -> outcome != Outcome.DEAD
                ? Future.succeededFuture(new Routed.AlreadySettled(outcome))
                : failure.diedBefore() ? writeAgain(letter, failure) : writeLetter(letter, failure));
    }

    private Future<Routed> writeRetry(Route.Retry retry, RouteFailure failure) {
        return writer.partitionsOf(retry.topic()).compose(partitions -> {
            int partition = RetryPartitions.choose(failure.record(), retry.retries(), scheduleOf.apply(failure.group()), partitions);
            long now = clock.getAsLong();
            return move(retry, failure, now, (record, headers) -> writer.write(retry.topic(), partition, record, headers))
                    .map(written -> {
                        meters.onRetryWritten(failure.group(), retry);
                        return new Routed.Retrying(retry.topic(), written.partition(), written.offset(), retry.retries(),
                                now + retry.delay().toMillis());
                    });
        });
    }

    private Future<Routed> writeLetter(Route.Letter letter, RouteFailure failure) {
        return move(letter, failure, clock.getAsLong(), (record, headers) -> writer.write(letter.topic(), record, headers))
                .map(written -> {
                    meters.onLetterWritten(failure.group(), letter);
                    logLetter(letter, failure, written.partition(), written.offset());
                    return new Routed.Dead(letter.topic(), written.partition(), written.offset(), letter.errorType());
                });
    }

    /** Its first letter may not have been written: this one says the same. */
    private Future<Routed> writeAgain(Route.Letter letter, RouteFailure failure) {
        return new Inbox(failure.group()).causeOf(postgres, failure.eventId()).timeout(BURIAL_SECONDS, TimeUnit.SECONDS)
                .compose(known -> known.isEmpty() ? writeLetter(letter, failure)
                        : writeLetter(Route.Letter.of(known.get().errorType(), letter.retries()),
                        failure.because(known.get().errorMessage())));
    }

    private interface Write {
        Future<RecordMetadata> write(RawRecord record, List<RawRecord.Header> headers);
    }

    /** What no topic takes goes to PostgreSQL, and when it is there, a record that points to it to Kafka. */
    private Future<RecordMetadata> move(Route route, RouteFailure failure, long now, Write write) {
        return write.write(failure.record(), MovedHeaders.of(failure, route, now)).recover(error -> {
            if (!(error instanceof RecordTooLargeException)) {
                return Future.failedFuture(error);
            }
            RouteFailure pointer = LargeRecord.withoutBody(failure);
            return large.save(failure.group(), failure.eventId(), failure.record())
                    .timeout(BODY_SECONDS, TimeUnit.SECONDS)
                    .compose(id -> write.write(pointer.record(),
                            LargeRecord.pointing(MovedHeaders.of(pointer, route, now), id, failure.record())));
        });
    }

    private Future<Outcome> bury(Route.Letter letter, RouteFailure failure) {
        return burials.ask(new Inbox.Burial(failure.group(), failure.eventId(),
                        new Inbox.Cause(letter.errorType(), failure.error().message())))
                .recover(error -> canNeverBeStored(error) ? Future.succeededFuture(Outcome.DEAD) : Future.failedFuture(error));
    }

    /** An identity that PostgreSQL can't hold (a NUL in it, or too long for an index) has no effect there, either. */
    private static boolean canNeverBeStored(Throwable error) {
        return error instanceof PgException refused
                && (refused.getSqlState().startsWith("22") || refused.getSqlState().equals("54000"));
    }

    private static void logLetter(Route.Letter letter, RouteFailure failure, int letterPartition, long letterOffset) {
        Place original = Place.ofOriginal(failure.record());
        ErrorInfo error = failure.error();
        LOG.warn("dead letter: group={} topic={} partition={} offset={} eventId={} traceId={} errorType={} retries={} error={} "
                        + "sqlState={} httpStatus={} letter={}-{}@{}",
                failure.group(), original.topic(), original.partition(), original.offset(), failure.eventId(),
                Traces.idOf(failure.record().header(Traces.HEADER)), letter.errorType(), letter.retries(), error.types().isEmpty() ? "" : error.types().get(0),
                error.sqlState(), error.httpStatus(), letter.topic(), letterPartition, letterOffset);
    }
}
