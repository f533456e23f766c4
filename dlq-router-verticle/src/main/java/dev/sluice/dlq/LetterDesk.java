package dev.sluice.dlq;

import dev.sluice.bus.DeadLetters.ExportLetters;
import dev.sluice.bus.DeadLetters.Exported;
import dev.sluice.bus.DeadLetters.Filter;
import dev.sluice.bus.DeadLetters.ListLetters;
import dev.sluice.bus.DeadLetters.Page;
import dev.sluice.bus.DeadLetters.ShowLetter;
import dev.sluice.bus.DeadLetters.Shown;
import dev.sluice.config.ByteSize;
import dev.sluice.event.FailureHeaders;
import dev.sluice.event.RawRecord;
import dev.sluice.store.LargeLetters;
import io.vertx.core.Future;

import java.util.List;
import java.util.Map;

/** Answers operators' questions about dead letters. */
final class LetterDesk {

    static final int LARGEST_EXPORT = ByteSize.mebibytes(2).toInt();
    private static final int LONGEST_PAGE = 1_000;
    private static final int LETTERS_PER_EXPORT = 500;

    private final LetterTable table;
    private final ActionTable actions;
    private final LetterPortion.Reader reader;
    private final LargeLetters large;

    LetterDesk(LetterTable table, ActionTable actions, LetterPortion.Reader reader, LargeLetters large) {
        this.table = table;
        this.actions = actions;
        this.reader = reader;
        this.large = large;
    }

    Future<Page> list(ListLetters question) {
        int limit = Math.max(1, Math.min(LONGEST_PAGE, question.limit()));
        return table.list(question.filter(), question.after(), limit).map(letters -> new Page(letters,
                letters.size() < limit ? 0 : letters.get(letters.size() - 1).seq()));
    }

    Future<Shown> show(ShowLetter question) {
        Filter one = new Filter(List.of(question.id()), null, null, null, null, null, null, null, null, null);
        return whole(reader.read(one, 0, 2)).map(portion -> portion.letters().isEmpty() ? new Shown(null, null)
                : new Shown(portion.letters().get(0), portion.records().get(question.id())));
    }

    Future<Exported> export(ExportLetters question) {
        return whole(reader.read(question.filter(), question.after(), LETTERS_PER_EXPORT)).compose(portion -> {
            List<Shown> shown = portion.letters().stream()
                    .map(letter -> new Shown(letter, portion.records().get(letter.id()))).toList();
            Exported answer = new Exported(shown, portion.next());
            return shown.isEmpty() ? Future.succeededFuture(answer)
                    : actions.exported(question.actor(), question.reason(),
                    shown.stream().map(each -> each.letter().id()).toList()).map(answer);
        });
    }

    /** With the bodies of records that were too large for Kafka; where one is gone, what points to it stands. */
    private Future<LetterPortion> whole(Future<LetterPortion> reading) {
        return reading.compose(portion -> {
            Future<LetterPortion> filled = Future.succeededFuture(portion);
            for (Map.Entry<String, RawRecord> each : List.copyOf(portion.records().entrySet())) {
                if (each.getValue().header(FailureHeaders.BODY) != null) {
                    filled = filled.compose(before -> large.find(each.getValue())).map(found -> {
                        if (found instanceof LargeLetters.Whole whole) {
                            portion.records().put(each.getKey(), whole.record());
                        }
                        return portion;
                    });
                }
            }
            return filled;
        });
    }
}
