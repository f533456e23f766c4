package dev.sluice.testing.fault;

import java.time.Duration;
import java.util.Locale;
import java.util.function.BiFunction;

/** What can go wrong, and for how long it does so. */
public enum FaultKind {

    KILL_NODE(0, 1_000, (arena, choice) -> new OwnerFault(new Kill(arena.node(choice), true), arena, arena.node(choice))),
    FREEZE_NODE(2_000, 6_000, (arena, choice) -> new OwnerFault(new Freeze(arena.node(choice)), arena, arena.node(choice))),
    RESTART_NODE(0, 500, (arena, choice) -> new OwnerFault(new Restart(arena.node(choice)), arena, arena.node(choice))),
    JOIN_AND_LEAVE(500, 3_000, (arena, choice) -> new Guest(arena)),
    KILL_KAFKA(0, 2_000, (arena, choice) -> new Kill(arena.kafka(choice), false)),
    FREEZE_KAFKA(1_000, 5_000, (arena, choice) -> new Freeze(arena.kafka(choice))),
    CUT_KAFKA(500, 5_000, (arena, choice) -> new LinkFault("cut",
            arena.kafkaLinks(choice), new Condition.Cut())),
    HALF_OPEN_KAFKA(2_000, 8_000, (arena, choice) -> new LinkFault("half-open",
            arena.kafkaLinks(choice), new Condition.HalfOpen())),
    THROTTLE_KAFKA(2_000, 5_000, (arena, choice) -> new LinkFault("throttle",
            arena.kafkaLinks(choice), new Condition.Throttled(16 << 10))),
    KILL_POSTGRES(0, 2_000, (arena, choice) -> new Kill(arena.postgres(), false)),
    FREEZE_POSTGRES(1_000, 5_000, (arena, choice) -> new Freeze(arena.postgres())),
    CUT_POSTGRES(500, 5_000, (arena, choice) -> new LinkFault("cut",
            arena.links(choice).stream().map(Arena.NodeLinks::postgres).toList(), new Condition.Cut())),
    HALF_OPEN_POSTGRES(2_000, 8_000, (arena, choice) -> new LinkFault("half-open",
            arena.links(choice).stream().map(Arena.NodeLinks::postgres).toList(), new Condition.HalfOpen())),
    DELAY_POSTGRES(2_000, 6_000, (arena, choice) -> new LinkFault("delay",
            arena.links(choice).stream().map(Arena.NodeLinks::postgres).toList(), new Condition.Delayed(Duration.ofMillis(100)))),
    END_SESSIONS(0, 200, (arena, choice) -> new EndedSessions(arena.stack().postgres())),
    LOCK_TABLE(1_000, 5_000, (arena, choice) -> new TableLock(arena.stack().postgres(), choice % 2 == 0 ? "accounts" : "audit_log")),
    /** Only where a disk of its own can be had. */
    FILL_POSTGRES(1_000, 4_000, (arena, choice) -> new FullDisk(arena.stack().postgres(), arena.disk().orElseThrow())),
    KILL_REDIS(0, 3_000, (arena, choice) -> new Kill(arena.redis(), false)),
    FREEZE_REDIS(1_000, 5_000, (arena, choice) -> new Freeze(arena.redis())),
    CUT_REDIS(500, 5_000, (arena, choice) -> new LinkFault("cut",
            arena.links(choice).stream().map(Arena.NodeLinks::redis).toList(), new Condition.Cut())),
    HALF_OPEN_REDIS(2_000, 5_000, (arena, choice) -> new LinkFault("half-open",
            arena.links(choice).stream().map(Arena.NodeLinks::redis).toList(), new Condition.HalfOpen())),
    WIPE_REDIS(0, 200, (arena, choice) -> new WipedRedis(arena.stack().redis())),
    /** Only where clocks can be moved, and only by name: a node with such a clock asks it slowly. */
    JUMP_CLOCK(3_000, 10_000, ClockJump::new);

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

    public static boolean clocksMove() {
        return MovableClock.isPossible();
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
