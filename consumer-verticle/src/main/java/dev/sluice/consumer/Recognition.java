package dev.sluice.consumer;

import dev.sluice.event.Outcome;
import io.vertx.core.Future;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Answers for repeats before PostgreSQL is asked: from the window of what this instance has settled, then as {@link Claims}
 * do. An event enters the window after its commit and never before. A replay and a parked event have rows to change
 * besides their effect: they go to PostgreSQL always. Not for handlers whose own key tells repeats: a repeat may be work.
 */
final class Recognition implements Effects {

    private final SettledWindow window = new SettledWindow();
    private final Claims claims;
    private final Effects effects;

    Recognition(Claims claims, Effects effects) {
        this.claims = claims;
        this.effects = effects;
    }

    static boolean mayRecognise(Work work) {
        return !work.isReplay() && !work.isParked();
    }

    /**
     * Identities whose repeats need nothing more. That of a dead letter is none: its record comes again until the letter is
     * there. Nor is that of an event that only waits.
     */
    static Collection<String> settled(Map<Work, Outcome> committed) {
        Collection<String> settled = new ArrayList<>(committed.size());
        Set<String> open = new HashSet<>();
        committed.forEach((work, outcome) -> {
            settled.add(work.eventId());
            if (outcome == Outcome.DEAD || !outcome.isFinal()) {
                open.add(work.eventId());
            }
        });
        if (!open.isEmpty()) {
            settled.removeIf(open::contains);
        }
        return settled;
    }

    @Override
    public Future<Map<Work, Outcome>> apply(List<Work> works) {
        long now = System.nanoTime();
        Map<Work, Outcome> recognised = new LinkedHashMap<>();
        List<Work> unknown = new ArrayList<>(works.size());
        for (Work work : works) {
            if (mayRecognise(work) && window.contains(work.eventId(), now)) {
                work.onRecognised();
                recognised.put(work, Outcome.DUPLICATE);
            } else {
                unknown.add(work);
            }
        }
        if (unknown.isEmpty()) {
            return Future.succeededFuture(recognised);
        }
        return claims.run(unknown, effects).map(committed -> {
            window.add(settled(committed), System.nanoTime());
            if (recognised.isEmpty()) {
                return committed;
            }
            recognised.putAll(committed);
            return recognised;
        });
    }
}
