package dev.sluice.testing.guarantee;

import java.util.List;

/** No event has had its effect twice in a group, and the totals are those of one effect each. */
public final class EffectOnce implements Guarantee {

    private final int events;
    private final List<Effects> groups;

    public EffectOnce(int events, List<Effects> groups) {
        this.events = events;
        this.groups = List.copyOf(groups);
    }

    @Override
    public String title() {
        return "An effect happens once";
    }

    @Override
    public Finding judge() {
        Finding.Count count = new Finding.Count();
        for (Effects group : groups) {
            for (int n = 0; n < events; n++) {
                if (group.times(n) > 0) {
                    count.check(group.times(n) == 1, "%s: event %d took effect %d times", group.group(), n, group.times(n));
                }
            }
            group.discrepancies().forEach(discrepancy -> count.check(false, "%s", discrepancy));
        }
        return count.of(this);
    }
}
