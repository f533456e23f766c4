package dev.sluice.dlq;

import dev.sluice.bus.DeadLetters.Letter;
import dev.sluice.event.RawRecord;
import dev.sluice.event.Topics;
import dev.sluice.failure.RetrySchedule;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Sends letters back to the groups that failed, at a rate, in handfuls: one's letters are marked when Kafka has
 * acknowledged them, before the next is sent. So whatever cuts it off, a handful at most was sent and is not marked.
 */
final class Replay {

    private static final int HANDFULS_PER_SECOND = 4;
    private static final int LARGEST_HANDFUL = 100;

    private final Vertx vertx;
    private final RecordWriter writer;
    private final ActionTable actions;
    private final Function<String, RetrySchedule> scheduleOf;
    private final LongSupplier clock;
    private final Set<Future<?>> underWay = new HashSet<>();
    private boolean stopping;

    Replay(Vertx vertx, RecordWriter writer, ActionTable actions, Function<String, RetrySchedule> scheduleOf,
           LongSupplier clock) {
        this.vertx = vertx;
        this.writer = writer;
        this.actions = actions;
        this.scheduleOf = scheduleOf;
        this.clock = clock;
    }

    /** @param action in whose row it is counted. @return how many Kafka has; fails when it did not take one of them */
    Future<Integer> send(LetterPortion portion, int rate, long action) {
        List<Letter> letters = portion.letters().stream().filter(letter -> portion.records().containsKey(letter.id())).toList();
        int handful = Math.max(1, Math.min(LARGEST_HANDFUL, rate / HANDFULS_PER_SECOND));
        long start = clock.getAsLong();
        Future<Void> sent = Future.succeededFuture();
        for (int first = 0; first < letters.size(); first += handful) {
            List<Letter> next = letters.subList(first, Math.min(letters.size(), first + handful));
            long due = start + first * 1_000L / rate;
            sent = sent.compose(before -> at(due)).compose(now -> sendAll(next, portion, action));
        }
        Future<Void> last = sent;
        underWay.add(last);
        return last.onComplete(ended -> underWay.remove(last)).map(all -> letters.size());
    }

    /** Sends no further handful. @return completes when the last one has ended */
    Future<Void> stop() {
        stopping = true;
        return Future.join(new ArrayList<>(underWay)).transform(ended -> Future.succeededFuture());
    }

    private Future<Void> sendAll(List<Letter> letters, LetterPortion portion, long action) {
        if (stopping) {
            return Future.failedFuture("this router stops; replay again, the rest is still open");
        }
        List<Future<?>> writes = new ArrayList<>(letters.size());
        letters.forEach(letter -> writes.add(send(letter, portion.records().get(letter.id()))));
        return Future.join(writes).transform(all -> {
            List<String> acknowledged = new ArrayList<>();
            for (int i = 0; i < writes.size(); i++) {
                if (writes.get(i).succeeded()) {
                    acknowledged.add(letters.get(i).id());
                }
            }
            return actions.replayed(action, acknowledged).compose(marked -> all.succeeded() ? Future.<Void>succeededFuture()
                    : Future.failedFuture(all.cause()));
        });
    }

    private Future<?> at(long dueMillis) {
        long wait = dueMillis - clock.getAsLong();
        return wait > 0 ? vertx.timer(wait) : Future.succeededFuture();
    }

    private Future<Void> send(Letter letter, RawRecord record) {
        String topic = Topics.retryOf(letter.originalTopic());
        return writer.partitionsOf(topic).compose(partitions -> writer.write(topic,
                RetryPartitions.choose(record, 1, scheduleOf.apply(letter.group()), partitions), record,
                MovedHeaders.ofReplay(record, letter.id(), clock.getAsLong()))).mapEmpty();
    }
}
