package dev.sluice.testing.guarantee;

import java.util.List;
import java.util.function.IntPredicate;

/** Each acknowledged event has had its effect in each group, or is a dead letter that names the group. */
public final class NothingLost implements Guarantee {

    private final Production production;
    private final IntPredicate acknowledged;
    private final List<Effects> groups;
    private final Letters letters;

    public NothingLost(Production production, IntPredicate acknowledged, List<Effects> groups, Letters letters) {
        this.production = production;
        this.acknowledged = acknowledged;
        this.groups = List.copyOf(groups);
        this.letters = letters;
    }

    @Override
    public String title() {
        return "Nothing is lost";
    }

    @Override
    public Finding judge() {
        Finding.Count count = new Finding.Count();
        for (Effects group : groups) {
            for (int n = 0; n < production.events(); n++) {
                if (acknowledged.test(n)) {
                    String identity = production.identity(n);
                    count.check(group.times(n) > 0 || letters.has(group.group(), identity),
                            "%s: %s was acknowledged and is neither applied nor a dead letter", group.group(), identity);
                }
            }
        }
        return count.of(this);
    }
}
