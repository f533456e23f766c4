package dev.sluice.consumer;

import dev.sluice.event.Outcome;
import io.vertx.core.Future;

import java.util.List;
import java.util.Map;

/** What makes events take effect. */
interface Effects {

    /** @return the works' outcomes, committed; failed when nothing is known to be committed. What lacks one is another owner's now */
    Future<Map<Work, Outcome>> apply(List<Work> works);
}
