package dev.sluice.consumer;

import io.vertx.core.Context;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.MemberToRemove;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/** Takes members out of Kafka's groups: one try at a time for each, and the next only a while after one that failed. For one context. */
final class PeerRemoval {

    private static final Logger LOG = LoggerFactory.getLogger(PeerRemoval.class);
    /** Kafka's own is 60 s, in which a broker that is away for a moment would be asked no second time. */
    private static final int DEADLINE_MILLIS = 2_000;

    private final Context context;
    private final Admin admin;
    private final Duration holdBack;
    private final BiConsumer<String, String> onGone;
    /** {@link System#nanoTime} before which no try begins, by group and member. */
    private final Map<String, Long> notBefore = new HashMap<>();

    /** @param onGone group and member: it is no member any more */
    PeerRemoval(Context context, Admin admin, Duration holdBack, BiConsumer<String, String> onGone) {
        this.context = context;
        this.admin = admin;
        this.holdBack = holdBack;
        this.onGone = onGone;
    }

    /** As often as one likes: it says and does nothing while a try is under way or held back. */
    void remove(String group, String member, long silentMillis) {
        long now = System.nanoTime();
        notBefore.values().removeIf(until -> until - now <= 0);
        if (notBefore.putIfAbsent(group + ' ' + member, now + Duration.ofMillis(DEADLINE_MILLIS).plus(holdBack).toNanos()) != null) {
            return;
        }
        LOG.warn("group={} member={} No sign of life for {} ms: it is removed from the group", group, member, silentMillis);
        MemberToRemove dead = new MemberToRemove(member);
        RemoveMembersFromConsumerGroupOptions options = new RemoveMembersFromConsumerGroupOptions(List.of(dead));
        admin.removeMembersFromConsumerGroup(group, options.timeoutMs(DEADLINE_MILLIS)).memberResult(dead)
                .whenComplete((done, error) -> context.runOnContext(turn -> onEnded(group, member, error)));
    }

    private void onEnded(String group, String member, Throwable error) {
        notBefore.put(group + ' ' + member, System.nanoTime() + holdBack.toNanos());
        if (error == null || isNoMember(error)) {
            onGone.accept(group, member);
        } else {
            LOG.warn("group={} member={} It is not removed yet, next try in {} ms: {}", group, member, holdBack.toMillis(),
                    error.toString());
        }
    }

    private static boolean isNoMember(Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnknownMemberIdException || cause instanceof GroupIdNotFoundException) {
                return true;
            }
        }
        return false;
    }

    void close() {
        admin.close(Duration.ZERO);
    }
}
