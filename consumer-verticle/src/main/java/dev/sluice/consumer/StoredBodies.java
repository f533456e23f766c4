package dev.sluice.consumer;

import dev.sluice.event.Decoded;
import dev.sluice.event.EventDecoder;
import dev.sluice.event.Outcome;
import dev.sluice.failure.UnreadableBody;
import dev.sluice.store.LargeLetters;
import io.vertx.core.Future;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Gives events that were too large for the retry topic their bodies, which PostgreSQL has. They run one at a time, after
 * the rest of their batch, so that memory holds one of them. Event loop only.
 */
final class StoredBodies implements Effects {

    private final LargeLetters letters;
    private final Downstream downstream;
    private final Effects effects;
    private final EventDecoder decoder = new EventDecoder();

    StoredBodies(LargeLetters letters, Downstream downstream, Effects effects) {
        this.letters = letters;
        this.downstream = downstream;
        this.effects = effects;
    }

    /** When one of several fails, others may be committed: they are duplicates when the batch is run again. */
    @Override
    public Future<Map<Work, Outcome>> apply(List<Work> works) {
        if (works.stream().noneMatch(StoredBodies::isElsewhere)) {
            return effects.apply(works);
        }
        List<Work> whole = works.stream().filter(work -> !isElsewhere(work)).toList();
        Future<Map<Work, Outcome>> all = whole.isEmpty() ? Future.succeededFuture(Map.of()) : effects.apply(whole);
        for (Work work : works) {
            if (isElsewhere(work)) {
                all = all.compose(before -> applyAlone(work).map(outcome -> {
                    Map<Work, Outcome> both = new LinkedHashMap<>(before);
                    both.putAll(outcome);
                    return both;
                }));
            }
        }
        return all;
    }

    private static boolean isElsewhere(Work work) {
        return work.decoded() instanceof Decoded.Elsewhere;
    }

    private Future<Map<Work, Outcome>> applyAlone(Work work) {
        return downstream.run(() -> letters.find(work.record())).compose(found -> {
            if (found instanceof LargeLetters.Applied) {
                return Future.succeededFuture(Map.of(work, Outcome.DUPLICATE));
            }
            if (!(found instanceof LargeLetters.Whole whole)) {
                throw new UnreadableBody("its body is in PostgreSQL no more");
            }
            Decoded read = decoder.read(whole.record(), work.partition().topicId());
            if (!(read instanceof Decoded.Readable readable)) {
                throw new UnreadableBody(read instanceof Decoded.Undecodable fault ? fault.reason() : "it has no body");
            }
            work.onBodyRead(readable.event());
            return effects.apply(List.of(work)).onSuccess(outcomes -> {
                if (outcomes.getOrDefault(work, Outcome.DEAD) != Outcome.DEAD) {
                    letters.empty(work.record());
                }
            });
        });
    }
}
