package dev.sluice.testing.prove;

import dev.sluice.testing.fault.FaultKind;
import dev.sluice.testing.fault.SmallDisk;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** What a proof is to show: which faults it draws from, or which course it takes. */
enum Scenario {

    ALL(kind -> kind != FaultKind.JUMP_CLOCK),
    CRASH(kind -> kind.name().startsWith("KILL_")),
    FREEZE(kind -> kind.name().startsWith("FREEZE_")),
    NETWORK(kind -> kind.name().matches("(CUT|HALF_OPEN|DELAY|THROTTLE)_.*")),
    REBALANCE(kind -> List.of(FaultKind.JOIN_AND_LEAVE, FaultKind.RESTART_NODE, FaultKind.KILL_NODE, FaultKind.FREEZE_NODE).contains(kind)),
    KAFKA(kind -> kind.name().endsWith("_KAFKA")),
    POSTGRES(kind -> kind.name().endsWith("_POSTGRES") || kind == FaultKind.END_SESSIONS || kind == FaultKind.LOCK_TABLE),
    REDIS(kind -> kind.name().endsWith("_REDIS")),
    CLOCK(kind -> kind == FaultKind.JUMP_CLOCK),
    /** No faults: the database is slow for a while, and producers must hear of it. */
    LATENCY_SPIKE(kind -> false);

    private final List<FaultKind> kinds;

    Scenario(Predicate<FaultKind> draws) {
        kinds = Arrays.stream(FaultKind.values()).filter(draws).toList();
    }

    String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Those that can be brought about here. */
    List<FaultKind> kinds() {
        return kinds.stream().filter(kind -> switch (kind) {
            case FILL_POSTGRES -> SmallDisk.isPossible();
            case JUMP_CLOCK -> FaultKind.clocksMove();
            default -> true;
        }).toList();
    }

    static Optional<Scenario> of(String key) {
        return Arrays.stream(values()).filter(scenario -> scenario.key().equals(key)).findFirst();
    }

    static String keys() {
        return Arrays.stream(values()).map(Scenario::key).collect(Collectors.joining(", "));
    }
}
