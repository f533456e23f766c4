package dev.sluice.testing.simulation;

import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a run can be repeated by: the seed says what is to happen, {@code order} who gets his turn when, and the rest which
 * events and faults of the seed's are left. As text: {@code 42}, or {@code 42/7 events=0,3 faults=1}.
 *
 * @param events null for all. @param faults null for all
 */
public record Plan(long seed, long order, Set<Integer> events, Set<Integer> faults) {

    public Plan {
        events = events == null ? null : new TreeSet<>(events);
        faults = faults == null ? null : new TreeSet<>(faults);
    }

    public static Plan of(long seed) {
        return new Plan(seed, 0, null, null);
    }

    /** @throws IllegalArgumentException that says what a plan looks like */
    public static Plan parse(String text) {
        Set<Integer> events = null;
        Set<Integer> faults = null;
        String[] words = text.strip().split("\\s+");
        String[] numbers = words[0].split("/", 2);
        try {
            for (int i = 1; i < words.length; i++) {
                if (words[i].startsWith("events=")) {
                    events = numbers(words[i].substring(7));
                } else if (words[i].startsWith("faults=")) {
                    faults = numbers(words[i].substring(7));
                } else {
                    throw new NumberFormatException(words[i]);
                }
            }
            return new Plan(Long.parseLong(numbers[0]), numbers.length == 1 ? 0 : Long.parseLong(numbers[1]), events, faults);
        } catch (NumberFormatException wrong) {
            throw new IllegalArgumentException("'" + text + "' is no plan; one looks like 42 or '42/7 events=0,3 faults=1'", wrong);
        }
    }

    private static Set<Integer> numbers(String text) {
        return Stream.of(text.split(",")).filter(each -> !each.isEmpty()).map(Integer::valueOf)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    boolean keepsEvent(int index) {
        return events == null || events.contains(index);
    }

    boolean keepsFault(int index) {
        return faults == null || faults.contains(index);
    }

    Plan withOrder(long other) {
        return new Plan(seed, other, events, faults);
    }

    Plan withEvents(Set<Integer> kept) {
        return new Plan(seed, order, kept, faults);
    }

    Plan withFaults(Set<Integer> kept) {
        return new Plan(seed, order, events, kept);
    }

    static Set<Integer> without(Set<Integer> all, IntPredicate gone) {
        return all.stream().filter(each -> !gone.test(each)).collect(Collectors.toCollection(TreeSet::new));
    }

    @Override
    public String toString() {
        return seed + (order == 0 ? "" : "/" + order) + text(" events=", events) + text(" faults=", faults);
    }

    private static String text(String name, Set<Integer> kept) {
        return kept == null ? "" : name + kept.stream().map(String::valueOf).collect(Collectors.joining(","));
    }
}
