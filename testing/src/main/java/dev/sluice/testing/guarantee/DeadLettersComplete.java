package dev.sluice.testing.guarantee;

import java.util.List;
import java.util.function.IntPredicate;

/**
 * Whatever a handler refuses for good is a dead letter of its group, once, and has left no effect; and nothing is a dead
 * letter that could have been applied.
 */
public final class DeadLettersComplete implements Guarantee {

    private final Production production;
    private final IntPredicate acknowledged;
    private final List<Effects> groups;
    private final Letters letters;

    public DeadLettersComplete(Production production, IntPredicate acknowledged, List<Effects> groups, Letters letters) {
        this.production = production;
        this.acknowledged = acknowledged;
        this.groups = List.copyOf(groups);
        this.letters = letters;
    }

    @Override
    public String title() {
        return "Dead letters are complete";
    }

    @Override
    public Finding judge() {
        Finding.Count count = new Finding.Count();
        for (Effects group : groups) {
            for (int n = 0; n < production.events(); n++) {
                boolean dead = letters.has(group.group(), production.identity(n));
                if (acknowledged.test(n) && group.refuses(n)) {
                    count.check(dead && group.times(n) == 0, "%s: event %d can't be applied; letter: %s, effects: %d", group.group(), n,
                            dead, group.times(n));
                } else if (acknowledged.test(n) && !dead) {
                    count.check(true, "");
                }
            }
        }
        for (Letters.Letter letter : falselyDead()) {
            count.check(false, "%s: %s could have been applied and is in %s as %s", letter.group(), letter.identity(),
                    letter.topic(), letter.errorType());
        }
        return count.of(this);
    }

    /** Letters of events that nothing is wrong with. */
    public List<Letters.Letter> falselyDead() {
        return letters.all().stream().filter(letter -> production.numberOf(letter.identity()).isPresent()
                && groups.stream().noneMatch(group -> group.group().equals(letter.group())
                && group.refuses(production.numberOf(letter.identity()).getAsInt()))).toList();
    }
}
