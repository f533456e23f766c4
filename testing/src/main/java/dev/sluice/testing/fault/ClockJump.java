package dev.sluice.testing.fault;

import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;

/** A node's wall clock jumps, and jumps back when it ends. What the node itself says of the time is the harm. */
record ClockJump(EngineNode node, Duration ahead) implements Fault {

    private static final List<Duration> JUMPS = List.of(Duration.ofSeconds(30), Duration.ofSeconds(-30), Duration.ofHours(1),
            Duration.ofHours(-1));
    private static final Duration CLOSE = Duration.ofSeconds(5);

    /** @param choice of the jump, for each node the same ones */
    ClockJump(Arena arena, int choice) {
        this(arena.node(choice), JUMPS.get(Math.floorMod(choice / arena.nodes().size(), JUMPS.size())));
    }

    @Override
    public String name() {
        return "clock of " + node.name() + (ahead.isNegative() ? " " : " +") + ahead.toSeconds() + " s";
    }

    @Override
    public void begin() throws FaultFailure, InterruptedException {
        node.requireAnswer();
        node.setClock(ahead);
    }

    @Override
    public String harm() throws FaultFailure, InterruptedException {
        Duration seen = offBy().orElseThrow(() -> new FaultFailure(node.name() + " does not tell its time"));
        if (seen.minus(ahead).abs().compareTo(CLOSE) > 0) {
            throw new FaultFailure(node.name() + " is " + seen.toSeconds() + " s ahead, it should be " + ahead.toSeconds());
        }
        return "it says it is " + seen.toSeconds() + " s later than it is";
    }

    private Optional<Duration> offBy() throws InterruptedException {
        return node.get("/health/live").flatMap(answer -> answer.headers().firstValue("date"))
                .map(date -> Duration.between(Instant.now(), ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME)));
    }

    @Override
    public void end() throws FaultFailure, InterruptedException {
        node.setClock(Duration.ZERO);
    }

    @Override
    public boolean isOverAtOnce() {
        return false;
    }
}
