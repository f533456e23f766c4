package dev.sluice.consumer;

import dev.sluice.event.Outcome;
import dev.sluice.failure.ExpiredRecord;
import io.vertx.core.Future;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Lets nothing take effect that is older than the inbox remembers: it could be a repeat. Such an event fails for good
 * (EXPIRED) and can be sent back by an operator, who knows better. What has a row in {@code parked_events} is known.
 */
final class Unexpired implements Effects {

    private final Duration horizon;
    private final LongSupplier clock;
    private final Effects effects;

    /** @param clock milliseconds since 1970, as records have them */
    Unexpired(Duration horizon, LongSupplier clock, Effects effects) {
        this.horizon = horizon;
        this.clock = clock;
        this.effects = effects;
    }

    @Override
    public Future<Map<Work, Outcome>> apply(List<Work> works) {
        long oldest = clock.getAsLong() - horizon.toMillis();
        for (Work work : works) {
            long accepted = work.record().timestamp();
            if (accepted >= 0 && accepted < oldest && !work.isReplay() && !work.isParked()) {
                work.suspect(true);
                return Future.failedFuture(new ExpiredRecord("accepted more than " + horizon.toDays()
                        + " days ago (consumer.inbox-horizon): it may have had its effect, nobody remembers"));
            }
        }
        return effects.apply(works);
    }
}
