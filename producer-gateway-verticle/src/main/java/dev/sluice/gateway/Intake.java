package dev.sluice.gateway;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.RecordTooLargeException;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * From a valid event to its outcome: recognises a repeat (window, then the marks in Redis), publishes what is new, and
 * writes down that it is. Its futures never fail. For one context.
 */
final class Intake {

    private static final long FIRST_LOOK_MILLIS = 25;
    private static final long LONGEST_LOOK_MILLIS = 400;
    private static final Duration SECOND_CALLER_WAITS = Duration.ofSeconds(3);

    private final Vertx vertx;
    private final Window window;
    private final Marks marks;
    private final Owner owner;
    private final KafkaBreaker breaker;
    private final Publisher publisher;
    private final GatewayMeters meters;
    private final LongSupplier nanos;

    Intake(Vertx vertx, Window window, Marks marks, Owner owner, KafkaBreaker breaker, Publisher publisher,
           GatewayMeters meters, LongSupplier nanos) {
        this.vertx = vertx;
        this.window = window;
        this.marks = marks;
        this.owner = owner;
        this.breaker = breaker;
        this.publisher = publisher;
        this.meters = meters;
        this.nanos = nanos;
    }

    /** One event on its way. */
    private record Posted(String topic, IncomingEvent event, String key, Mark.Publishing mine, EntityOrder.Place place,
                          Outlet outlet) {

        EventOutcome failed(Problem problem) {
            return new EventOutcome.Failed(event, problem);
        }

        EventOutcome repeated(Mark.Published mark) {
            return mark.hash().equals(mine.hash())
                    ? new EventOutcome.Published(event, topic, mark.partition(), mark.offset(), true)
                    : failed(new Problem.IdentityReused());
        }
    }

    /** For events that go alone. */
    Outlet outlet() {
        return (topic, event) -> breaker.call(() -> publisher.send(topic, event));
    }

    /** @param place where it stands among its entity's events @param outlet where it goes at its turn */
    Future<EventOutcome> accept(String topic, String client, IncomingEvent event, EntityOrder.Place place, Outlet outlet) {
        if (!event.named()) {
            return publish(topic, event, place, outlet).map(attempt -> attempt.outcome);
        }
        String key = "idemp:gateway:" + topic + ':' + client + ':' + event.identity();
        Posted posted = new Posted(topic, event, key, new Mark.Publishing(owner.text(), BodyHash.of(event)), place, outlet);
        Window.Entry entry = window.enter(key, posted.mine.hash());
        if (entry instanceof Window.Entry.Done done) {
            return Future.succeededFuture(posted.repeated(done.mark()));
        }
        if (entry instanceof Window.Entry.UnderWay first) {
            return first.hash().equals(posted.mine.hash()) ? join(posted, first.outcome())
                    : Future.succeededFuture(posted.failed(new Problem.IdentityReused()));
        }
        return own(posted);
    }

    /** The first one's outcome is the second's, too; it may complete on another instance's thread. */
    private Future<EventOutcome> join(Posted posted, Future<EventOutcome> first) {
        Promise<EventOutcome> promise = Promise.promise();
        Context context = vertx.getOrCreateContext();
        first.onComplete(result -> context.runOnContext(turn -> {
            if (result.succeeded() && result.result() instanceof EventOutcome.Published published) {
                promise.complete(new EventOutcome.Published(posted.event, published.topic(), published.partition(),
                        published.offset(), true));
            } else if (result.succeeded() && result.result() instanceof EventOutcome.Failed failed) {
                promise.complete(posted.failed(failed.problem() instanceof Problem.BatchRefused ? new Problem.InProgress()
                        : failed.problem()));
            } else {
                promise.complete(posted.failed(new Problem.InProgress()));
            }
        }));
        return promise.future();
    }

    /** The key is ours in this process; whatever happens, it is left. */
    private Future<EventOutcome> own(Posted posted) {
        Mark.Published meanwhile = window.publishedMeanwhile(posted.key);
        Future<Attempt> attempt;
        if (meanwhile != null) {
            attempt = Future.succeededFuture(Attempt.known(posted.repeated(meanwhile), meanwhile));
        } else if (!marks.areThere()) {
            attempt = publishUnmarked(posted);
        } else {
            attempt = claim(posted, nanos.getAsLong() + SECOND_CALLER_WAITS.toNanos(), FIRST_LOOK_MILLIS);
        }
        return attempt
                .otherwise(bug -> Attempt.failed(posted.failed(new Problem.PublishFailed(bug.toString()))))
                .map(done -> {
                    window.leave(posted.key, done.outcome, done.mark);
                    return done.outcome;
                });
    }

    private Future<Attempt> claim(Posted posted, long deadline, long pause) {
        return marks.claim(posted.key, posted.mine).transform(claimed -> {
            if (claimed.failed()) {
                return publishUnmarked(posted);
            }
            return claimed.result() ? publishClaimed(posted) : onMarkFound(posted, deadline, pause);
        });
    }

    private Future<Attempt> onMarkFound(Posted posted, long deadline, long pause) {
        return marks.read(posted.key).transform(read -> {
            if (read.failed()) {
                return publishUnmarked(posted);
            }
            if (read.result() == null) {
                return claim(posted, deadline, pause);
            }
            Optional<Mark> mark = Mark.parse(read.result());
            if (mark.isPresent() && mark.get() instanceof Mark.Published published) {
                return Future.succeededFuture(Attempt.known(posted.repeated(published), published));
            }
            if (mark.isPresent() && !mark.get().hash().equals(posted.mine.hash())) {
                return Future.succeededFuture(Attempt.failed(posted.failed(new Problem.IdentityReused())));
            }
            if (mark.isPresent() && mark.get() instanceof Mark.Publishing other && !owner.hasReplaced(other.owner())
                    && !other.owner().equals(owner.text())) {
                return onOtherPublishing(posted, deadline, pause);
            }
            return marks.takeOver(posted.key, read.result(), posted.mine).transform(taken -> taken.failed()
                    ? publishUnmarked(posted)
                    : taken.result() ? publishClaimed(posted) : claim(posted, deadline, pause));
        });
    }

    /** Another gateway is at it: its outcome is waited for, a while. */
    private Future<Attempt> onOtherPublishing(Posted posted, long deadline, long pause) {
        if (nanos.getAsLong() > deadline) {
            return Future.succeededFuture(Attempt.failed(posted.failed(new Problem.InProgress())));
        }
        Promise<Attempt> later = Promise.promise();
        vertx.setTimer(pause, timer ->
                claim(posted, deadline, Math.min(2 * pause, LONGEST_LOOK_MILLIS)).onComplete(later));
        return later.future();
    }

    private Future<Attempt> publishUnmarked(Posted posted) {
        meters.onUnmarked();
        return publish(posted.topic, posted.event, posted.place, posted.outlet).map(published -> published.unmarked(posted.mine.hash()));
    }

    /**
     * A failure leaves the key free at once: the record may be in Kafka all the same, and then the repeat is a second
     * record, which the consumer recognises by its identity.
     */
    private Future<Attempt> publishClaimed(Posted posted) {
        return publish(posted.topic, posted.event, posted.place, posted.outlet).compose(published -> {
            Attempt attempt = published.marked(posted.mine.hash());
            Future<?> written = attempt.mark == null ? marks.release(posted.key, posted.mine)
                    : marks.published(posted.key, attempt.mark);
            return written.transform(result -> Future.succeededFuture(
                    result.succeeded() ? attempt : published.unmarked(posted.mine.hash())));
        });
    }

    private Future<Attempt> publish(String topic, IncomingEvent event, EntityOrder.Place place, Outlet outlet) {
        return place.turn().compose(goOn -> goOn ? send(topic, event, place, outlet)
                : Future.succeededFuture(Attempt.failed(EntityOrder.precedingFailed(event))));
    }

    private Future<Attempt> send(String topic, IncomingEvent event, EntityOrder.Place place, Outlet outlet) {
        long start = nanos.getAsLong();
        Future<RecordMetadata> acknowledged = outlet.send(topic, event);
        if (!acknowledged.isComplete()) {
            place.onSent();
        }
        return acknowledged.transform(result -> {
            if (result.succeeded()) {
                meters.onPublished(topic, nanos.getAsLong() - start);
                RecordMetadata at = result.result();
                return Future.succeededFuture(new Attempt(new EventOutcome.Published(event, topic, at.partition(),
                        at.offset(), false), null));
            }
            EventOutcome failed = new EventOutcome.Failed(event, problemOf(result.cause()));
            if (failed.holdsUpItsEntity()) {
                place.onNotPublished();
            }
            return Future.succeededFuture(Attempt.failed(failed));
        });
    }

    private Problem problemOf(Throwable error) {
        if (error instanceof KafkaBreaker.Open) {
            return new Problem.KafkaAway(breaker.retryAfter());
        }
        if (error instanceof AtomicBatch.Refused refused) {
            return new Problem.BatchRefused(refused.passing());
        }
        return error instanceof RecordTooLargeException
                ? new Problem.TooLarge("the record", Publisher.LARGEST_REQUEST)
                : new Problem.PublishFailed(error.getClass().getSimpleName());
    }

    /** An outcome, and the mark to remember it by; null when it is not published. */
    private record Attempt(EventOutcome outcome, Mark.Published mark) {

        static Attempt failed(EventOutcome outcome) {
            return new Attempt(outcome, null);
        }

        static Attempt known(EventOutcome outcome, Mark.Published mark) {
            return new Attempt(outcome, mark);
        }

        Attempt marked(String hash) {
            return outcome instanceof EventOutcome.Published done
                    ? new Attempt(done, new Mark.Published(done.partition(), done.offset(), hash)) : this;
        }

        /** Redis does not know of it: the consumer alone recognises a repeat elsewhere. */
        Attempt unmarked(String hash) {
            return outcome instanceof EventOutcome.Published done
                    ? new Attempt(done.leftToConsumer(), new Mark.Published(done.partition(), done.offset(), hash)) : this;
        }
    }
}
