package dev.sluice.testing.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Makes a plan that breaks a guarantee smaller, as long as it breaks the same one: leaves out halves of its faults and
 * events, then ever smaller parts, trying each in some other orders, because what is left out moves the rest.
 */
final class Shrinker {

    private static final int ORDERS = 8;

    private final Product product;
    private int left;

    /** @param runs that it may take at most */
    Shrinker(Product product, int runs) {
        this.product = product;
        this.left = runs;
    }

    Plan shrink(Plan plan, Result how) {
        Plan smallest = plan.withEvents(how.events()).withFaults(how.faults());
        smallest = smaller(smallest, how.guarantee(), how.faults(), Shrinker::faultsOf);
        smallest = smaller(smallest, how.guarantee(), how.events(), Shrinker::eventsOf);
        return smaller(smallest, how.guarantee(), smallest.faults(), Shrinker::faultsOf);
    }

    private interface Part {
        Plan of(Plan plan, Set<Integer> kept);
    }

    private static Plan faultsOf(Plan plan, Set<Integer> kept) {
        return plan.withFaults(kept);
    }

    private static Plan eventsOf(Plan plan, Set<Integer> kept) {
        return plan.withEvents(kept);
    }

    private Plan smaller(Plan plan, String guarantee, Set<Integer> all, Part part) {
        Plan best = plan;
        Set<Integer> kept = new TreeSet<>(all);
        for (int size = Math.max(1, kept.size() / 2); size >= 1 && !kept.isEmpty(); size = size == 1 ? 0 : size / 2) {
            List<Integer> order = new ArrayList<>(kept);
            for (int from = 0; from < order.size(); from += size) {
                Set<Integer> gone = new TreeSet<>(order.subList(from, Math.min(order.size(), from + size)));
                Set<Integer> fewer = Plan.without(kept, gone::contains);
                Plan found = broken(best, guarantee, candidate -> part.of(candidate, fewer));
                if (found != null) {
                    best = found;
                    kept = fewer;
                }
            }
        }
        return best;
    }

    /** @return the change of the plan, in some order in which it breaks the guarantee; null when none is found */
    private Plan broken(Plan plan, String guarantee, Function<Plan, Plan> change) {
        for (int i = 0; i < ORDERS && left > 0; i++) {
            left--;
            Plan candidate = change.apply(plan.withOrder(i == 0 ? plan.order() : i));
            if (guarantee.equals(product.run(candidate).guarantee())) {
                return candidate;
            }
        }
        return null;
    }
}
