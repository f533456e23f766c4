package dev.sluice.testing.fault;

import java.time.Duration;
import java.util.Locale;
import java.util.function.BiFunction;

/** What can go wrong, and for how long it does so. */
public enum FaultKind {

    KILL_NODE(0, 1_000, (arena, choice) -> new OwnerFault(new Kill(arena.node(choice), true), arena, arena.node(choice))),
    FREEZE_NODE(2_000, 6_000, (arena, choice) -> new OwnerFault(new Freeze(arena.node(choice)), arena, arena.node(choice))),
    KILL_KAFKA(0, 2_000, (arena, choice) -> new Kill(arena.kafka(), false)),
    FREEZE_KAFKA(1_000, 5_000, (arena, choice) -> new Freeze(arena.kafka())),
    KILL_POSTGRES(0, 2_000, (arena, choice) -> new Kill(arena.postgres(), false)),
    FREEZE_POSTGRES(1_000, 5_000, (arena, choice) -> new Freeze(arena.postgres())),
    KILL_REDIS(0, 3_000, (arena, choice) -> new Kill(arena.redis(), false)),
    FREEZE_REDIS(1_000, 5_000, (arena, choice) -> new Freeze(arena.redis()));

    private final int leastMillis;
    private final int mostMillis;
    private final BiFunction<Arena, Integer, Fault> maker;

    FaultKind(int leastMillis, int mostMillis, BiFunction<Arena, Integer, Fault> maker) {
        this.leastMillis = leastMillis;
        this.mostMillis = mostMillis;
        this.maker = maker;
    }

    /** As the report names it: {@code kill-node}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** @param share from 0 to 1 */
    Duration duration(double share) {
        return Duration.ofMillis(leastMillis + Math.round(share * (mostMillis - leastMillis)));
    }

    /** @param choice which of several targets */
    public Fault in(Arena arena, int choice) {
        return maker.apply(arena, choice);
    }
}
