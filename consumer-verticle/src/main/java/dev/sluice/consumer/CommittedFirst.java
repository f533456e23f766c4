package dev.sluice.consumer;

import dev.sluice.event.Outcome;
import io.vertx.core.Context;
import io.vertx.core.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * At most once: before events take effect, the offsets behind them are committed, so that no crash brings them again. An
 * orderly hand-over still runs what lies below (see {@link Pipeline#finish}) and loses nothing. While Kafka refuses the
 * commit, nothing runs. Event loop only.
 */
final class CommittedFirst implements Effects {

    private static final Logger LOG = LoggerFactory.getLogger(CommittedFirst.class);
    private static final long AGAIN_MILLIS = 200;

    private final Context context;
    private final Function<Map<AssignedPartition, Long>, CompletionStage<Void>> commit;
    private final Effects effects;

    /** @param commit of next offsets, by the poll thread; fails unless they are known to be committed */
    CommittedFirst(Context context, Function<Map<AssignedPartition, Long>, CompletionStage<Void>> commit, Effects effects) {
        this.context = context;
        this.commit = commit;
        this.effects = effects;
    }

    @Override
    public Future<Map<Work, Outcome>> apply(List<Work> works) {
        Map<AssignedPartition, Long> next = new HashMap<>();
        for (Work work : works) {
            if (!work.isParked() && !work.partition().isCommittedAhead(work.record().offset())) {
                next.merge(work.partition(), work.record().offset() + 1, Math::max);
            }
        }
        return next.isEmpty() ? effects.apply(works)
                : Future.fromCompletionStage(commit.apply(next), context).transform(committed -> committed.succeeded()
                ? effects.apply(works) : later(next, committed.cause()));
    }

    private Future<Map<Work, Outcome>> later(Map<AssignedPartition, Long> next, Throwable refused) {
        LOG.warn("partitions={} Offsets are not committed yet ({}); their events wait", next.keySet(), refused.toString());
        return context.owner().timer(AGAIN_MILLIS).compose(again -> Future.failedFuture(new Downstream.LookAgain()));
    }
}
