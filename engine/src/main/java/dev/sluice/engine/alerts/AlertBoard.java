package dev.sluice.engine.alerts;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Which alerts are pending, firing or over, and what is to be told of it: one message a rule, at once for a new alert,
 * again after the repeat interval, and when it is over if it was told. What is silenced is watched and not told. Pure.
 */
final class AlertBoard {

    /** @param firing false while the condition has not held for long enough */
    record Active(Subject subject, double value, long sinceMillis, boolean firing) {
    }

    private static final class State {
        private final long sinceMillis;
        private long seenMillis;
        private double value;
        private boolean firing;
        /** Somebody was told that it fires. */
        private boolean told;

        private State(long sinceMillis) {
            this.sinceMillis = sinceMillis;
        }
    }

    private final AlertSettings settings;
    private final Map<Subject, State> states = new HashMap<>();
    private final Map<AlertRule, Long> toldMillis = new EnumMap<>(AlertRule.class);

    AlertBoard(AlertSettings settings) {
        this.settings = settings;
    }

    /**
     * @param holding the values of the conditions that hold
     * @param unknown rules whose metric has no value now: their alerts stay as they are
     */
    List<Notice> onEvaluated(Map<Subject, Double> holding, Set<AlertRule> unknown, Predicate<Subject> silenced, long now) {
        holding.forEach((subject, value) -> {
            State state = states.computeIfAbsent(subject, first -> new State(now));
            state.seenMillis = now;
            state.value = value;
            state.firing |= now - state.sinceMillis >= settings.holdingOf(subject.rule()).toMillis();
        });
        List<Notice> notices = new ArrayList<>();
        for (AlertRule rule : AlertRule.values()) {
            if (!unknown.contains(rule)) {
                List<Active> over = removeOver(rule, holding.keySet(), silenced, now);
                if (!over.isEmpty()) {
                    notices.add(new Notice(rule, Notice.Kind.RESOLVED, over));
                }
            }
            List<Active> firing = firing(rule, silenced);
            if (!firing.isEmpty() && isDue(rule, firing, now)) {
                firing.forEach(active -> states.get(active.subject()).told = true);
                toldMillis.put(rule, now);
                notices.add(new Notice(rule, Notice.Kind.FIRING, firing));
            }
        }
        return notices;
    }

    private List<Active> removeOver(AlertRule rule, Set<Subject> holding, Predicate<Subject> silenced, long now) {
        List<Active> over = new ArrayList<>();
        states.entrySet().removeIf(entry -> {
            State state = entry.getValue();
            boolean ends = entry.getKey().rule() == rule && !holding.contains(entry.getKey())
                    && (!state.firing || now - state.seenMillis >= settings.resolveAfter().toMillis());
            if (ends && state.told && !silenced.test(entry.getKey())) {
                over.add(active(entry.getKey(), state));
            }
            return ends;
        });
        return over;
    }

    private List<Active> firing(AlertRule rule, Predicate<Subject> silenced) {
        return all().stream().filter(active -> active.subject().rule() == rule && active.firing()
                && !silenced.test(active.subject())).toList();
    }

    private boolean isDue(AlertRule rule, List<Active> firing, long now) {
        return firing.stream().anyMatch(active -> !states.get(active.subject()).told)
                || now - toldMillis.getOrDefault(rule, 0L) >= settings.repeat().toMillis();
    }

    /** Pending and firing ones, the longest first. */
    List<Active> all() {
        return states.entrySet().stream().map(entry -> active(entry.getKey(), entry.getValue()))
                .sorted(Comparator.comparingLong(Active::sinceMillis).thenComparing(active -> active.subject().words()))
                .toList();
    }

    private static Active active(Subject subject, State state) {
        return new Active(subject, state.value, state.sinceMillis, state.firing);
    }
}
