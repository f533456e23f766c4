package dev.sluice.consumer;

import dev.sluice.api.Event;
import dev.sluice.api.RoutingKey;
import dev.sluice.event.Decoded;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Kinds of events (entity type and event type) of which most fail lately. They run behind the others of their batch, each
 * alone: so the healthy stay one transaction, and what fails is run once for each attempt, and not with every half of a
 * batch on the way down to it. Each is attempted all the same: nothing is held to have failed that has not. Pure; event
 * loop only.
 */
final class FailingKinds {

    /** Of the newest outcome in the share that fails: seven failures in a row make a healthy kind a failing one, and back. */
    private static final double NEWEST = 0.1;
    private static final double MOSTLY = 0.5;
    private static final double FORGOTTEN = 0.01;
    private static final int MOST_KINDS = 1_000;

    private record Kind(String entityType, String type) {
    }

    /**
     * A batch.
     *
     * @param healthy in one transaction
     * @param firsts  of failing kinds, the first of each lane: to be run one by one
     * @param behind  what comes after those in their lanes
     */
    record Parts(List<Work> healthy, List<Work> firsts, List<Work> behind) {
    }

    /** The share that fails, of those that have failed lately; the one whose last failure is oldest first. */
    private final Map<Kind, Double> failing = new LinkedHashMap<>();

    void onFailed(Work work) {
        Kind kind = kindOf(work);
        if (kind != null) {
            Double share = failing.remove(kind);
            failing.put(kind, (share == null ? 0 : share) * (1 - NEWEST) + NEWEST);
            if (failing.size() > MOST_KINDS) {
                failing.remove(failing.keySet().iterator().next());
            }
        }
    }

    void onApplied(Work work) {
        if (!failing.isEmpty()) {
            failing.computeIfPresent(kindOf(work), (kind, share) -> share < FORGOTTEN ? null : share * (1 - NEWEST));
        }
    }

    /** Each lane's works keep their order: what is healthy and comes behind a failing one stays behind it. */
    Parts apart(List<Work> works) {
        if (failing.isEmpty() || works.size() < 2) {
            return new Parts(works, List.of(), List.of());
        }
        Set<KeyLanes.Lane> lanes = new HashSet<>();
        List<Work> healthy = new ArrayList<>(works.size());
        List<Work> firsts = new ArrayList<>();
        List<Work> behind = new ArrayList<>();
        for (Work work : works) {
            if (lanes.contains(work.lane())) {
                behind.add(work);
            } else if (failing.getOrDefault(kindOf(work), 0.0) >= MOSTLY) {
                lanes.add(work.lane());
                firsts.add(work);
            } else {
                healthy.add(work);
            }
        }
        return new Parts(healthy, firsts, behind);
    }

    /** Null for what has none. */
    private static Kind kindOf(Work work) {
        if (!(work.decoded() instanceof Decoded.Readable readable)) {
            return null;
        }
        Event event = readable.event();
        return new Kind(event.entity().map(RoutingKey::type).orElse(""), event.type());
    }
}
