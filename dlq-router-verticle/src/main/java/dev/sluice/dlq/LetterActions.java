package dev.sluice.dlq;

import dev.sluice.bus.DeadLetters.Act;
import dev.sluice.bus.DeadLetters.Acted;
import dev.sluice.bus.DeadLetters.Filter;
import dev.sluice.bus.DeadLetters.Letter;
import io.vertx.core.Future;

import java.util.List;

/**
 * Carries out what operators decide about open letters, a portion at a time. What was cut off may be asked for again:
 * letters that were not marked are still open, and an event that was applied by then is not applied a second time.
 */
final class LetterActions {

    /** A portion's sending takes so long at most, so that its answer is in time. */
    private static final int SECONDS_PER_PORTION = 5;
    private static final int LARGEST_PORTION = 500;

    private final LetterTable table;
    private final ActionTable actions;
    private final LetterPortion.Reader reader;
    private final Replay replay;

    LetterActions(LetterTable table, ActionTable actions, LetterPortion.Reader reader, Replay replay) {
        this.table = table;
        this.actions = actions;
        this.reader = reader;
        this.replay = replay;
    }

    Future<Acted> act(Act act) {
        Filter open = open(act.filter());
        if (act.dryRun()) {
            return table.meant(open).map(meant -> new Acted(meant.letters(), 0, 0, meant.last(), null));
        }
        return act.action().equals("replay") ? replay(open, act) : discard(open, act);
    }

    private Future<Acted> discard(Filter open, Act act) {
        if (act.reason() == null || act.reason().isBlank()) {
            return Future.succeededFuture(new Acted(0, 0, 0, 0, "a discard needs a reason"));
        }
        return table.list(open, act.after(), act.until(), LARGEST_PORTION).compose(letters -> {
            long next = letters.size() < LARGEST_PORTION ? 0 : letters.get(letters.size() - 1).seq();
            return letters.isEmpty() ? Future.succeededFuture(new Acted(0, 0, 0, 0, null))
                    : actions.discard(act, ids(letters)).map(discarded -> new Acted(discarded, 0, next, 0, null));
        });
    }

    private Future<Acted> replay(Filter open, Act act) {
        if (act.rate() < 1) {
            return Future.succeededFuture(new Acted(0, 0, 0, 0, "rate: at least 1 a second"));
        }
        int limit = (int) Math.min(LARGEST_PORTION, (long) act.rate() * SECONDS_PER_PORTION);
        return reader.read(open, act.after(), act.until(), limit).compose(portion -> portion.letters().isEmpty()
                ? Future.succeededFuture(new Acted(0, 0, 0, 0, null))
                : actions.begin(act, ids(portion.letters()))
                .compose(action -> replay.send(portion, act.rate(), action)
                        .compose(sent -> actions.end(action, true).map(sent),
                                error -> actions.end(action, false).transform(ended -> Future.failedFuture(error))))
                .map(sent -> new Acted(sent, portion.gone().size(), portion.next(), 0, null)));
    }

    private static List<String> ids(List<Letter> letters) {
        return letters.stream().map(Letter::id).toList();
    }

    private static Filter open(Filter filter) {
        return new Filter(filter.ids(), filter.topic(), filter.eventType(), filter.errorType(), filter.text(),
                filter.entity(), filter.group(), filter.from(), filter.to(), "open");
    }
}
