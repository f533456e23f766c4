package dev.sluice.lag;

import dev.sluice.bus.GroupPause;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** Why members wait on purpose, as they say every 2 s; who says nothing for 6 s waits no longer. For one context. */
final class Pauses {

    private static final long HOLDS_NANOS = Duration.ofSeconds(6).toNanos();

    private record Heard(String reason, long nanos) {
    }

    private final Map<String, Heard> byMember = new HashMap<>();

    void onHeard(GroupPause pause, long nowNanos) {
        byMember.put(pause.member(), new Heard(pause.reason(), nowNanos));
    }

    /** Reasons by member. */
    Map<String, String> now(long nowNanos) {
        byMember.values().removeIf(heard -> nowNanos - heard.nanos() > HOLDS_NANOS);
        Map<String, String> reasons = new HashMap<>();
        byMember.forEach((member, heard) -> reasons.put(member, heard.reason()));
        return reasons;
    }
}
