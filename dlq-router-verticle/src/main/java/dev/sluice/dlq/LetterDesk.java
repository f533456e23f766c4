package dev.sluice.dlq;

import dev.sluice.bus.DeadLetters.Act;
import dev.sluice.bus.DeadLetters.Acted;
import dev.sluice.bus.DeadLetters.Filter;
import dev.sluice.bus.DeadLetters.Letter;
import dev.sluice.bus.DeadLetters.ListLetters;
import dev.sluice.bus.DeadLetters.Page;
import dev.sluice.bus.DeadLetters.ShowLetter;
import dev.sluice.bus.DeadLetters.Shown;
import dev.sluice.event.RawRecord;
import dev.sluice.event.Topics;
import dev.sluice.failure.RetrySchedule;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Answers operators' questions about dead letters and carries out what they decide. A replay that was cut off may be
 * asked for again: an event that was applied by then is not applied a second time.
 */
final class LetterDesk {

    private static final int LONGEST_PAGE = 1_000;
    /** A portion's sending takes so long at most, so that its answer is in time. */
    private static final int SECONDS_PER_PORTION = 5;
    private static final int LARGEST_PORTION = 500;

    private final Vertx vertx;
    private final LetterTable table;
    private final LetterRecords records;
    private final RecordWriter writer;
    private final Function<String, RetrySchedule> scheduleOf;
    private final LongSupplier clock;

    LetterDesk(Vertx vertx, LetterTable table, LetterRecords records, RecordWriter writer,
               Function<String, RetrySchedule> scheduleOf, LongSupplier clock) {
        this.vertx = vertx;
        this.table = table;
        this.records = records;
        this.writer = writer;
        this.scheduleOf = scheduleOf;
        this.clock = clock;
    }

    Future<Page> list(ListLetters question) {
        int limit = Math.max(1, Math.min(LONGEST_PAGE, question.limit()));
        return table.list(question.filter(), question.after(), limit).map(letters -> new Page(letters,
                letters.size() < limit ? 0 : letters.get(letters.size() - 1).seq()));
    }

    Future<Shown> show(ShowLetter question) {
        return table.list(only(List.of(question.id())), 0, 1).compose(letters -> {
            if (letters.isEmpty()) {
                return Future.succeededFuture(new Shown(null, null));
            }
            Place place = placeOf(question.id());
            return vertx.executeBlocking(() -> records.read(List.of(place)), false)
                    .map(found -> new Shown(letters.get(0), found.get(place)));
        });
    }

    Future<Acted> act(Act act) {
        boolean replay = act.action().equals("replay");
        if (!replay && (act.reason() == null || act.reason().isBlank())) {
            return Future.succeededFuture(new Acted(0, 0, 0, "a discard needs a reason"));
        }
        if (replay && act.rate() < 1) {
            return Future.succeededFuture(new Acted(0, 0, 0, "rate: at least 1 a second"));
        }
        Filter open = open(act.filter());
        if (act.dryRun()) {
            return table.count(open).map(count -> new Acted(count, 0, 0, null));
        }
        int limit = replay ? (int) Math.min(LARGEST_PORTION, (long) act.rate() * SECONDS_PER_PORTION) : LARGEST_PORTION;
        return table.list(open, act.after(), limit).compose(letters -> {
            long next = letters.size() < limit ? 0 : letters.get(letters.size() - 1).seq();
            if (letters.isEmpty()) {
                return Future.succeededFuture(new Acted(0, 0, 0, null));
            }
            return replay ? replay(letters, act, next)
                    : table.discarded(ids(letters), act.actor(), act.reason())
                    .map(done -> new Acted(letters.size(), 0, next, null));
        });
    }

    private Future<Acted> replay(List<Letter> letters, Act act, long next) {
        List<Place> places = letters.stream().map(letter -> placeOf(letter.id())).toList();
        return vertx.executeBlocking(() -> records.read(places), false).compose(found -> {
            Future<Void> sent = Future.succeededFuture();
            List<String> ids = new ArrayList<>();
            long start = clock.getAsLong();
            for (Letter letter : letters) {
                RawRecord record = found.get(placeOf(letter.id()));
                if (record != null) {
                    long due = start + ids.size() * 1_000L / act.rate();
                    ids.add(letter.id());
                    sent = sent.compose(previous -> at(due)).compose(now -> send(letter, record));
                }
            }
            return sent.compose(all -> table.replayed(ids, act.actor(), act.reason() == null ? "" : act.reason()))
                    .map(done -> new Acted(ids.size(), letters.size() - ids.size(), next, null));
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

    private static List<String> ids(List<Letter> letters) {
        return letters.stream().map(Letter::id).toList();
    }

    private static Filter only(List<String> ids) {
        return new Filter(ids, null, null, null, null, null, null, null, null, null);
    }

    private static Filter open(Filter filter) {
        return new Filter(filter.ids(), filter.topic(), filter.eventType(), filter.errorType(), filter.text(),
                filter.entity(), filter.group(), filter.from(), filter.to(), "open");
    }

    /** Of an id that is in the table: {@code topic-partition-offset}. */
    private static Place placeOf(String id) {
        int offset = id.lastIndexOf('-');
        int partition = id.lastIndexOf('-', offset - 1);
        return new Place(id.substring(0, partition), Integer.parseInt(id.substring(partition + 1, offset)),
                Long.parseLong(id.substring(offset + 1)));
    }
}
