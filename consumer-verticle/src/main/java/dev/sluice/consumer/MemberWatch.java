package dev.sluice.consumer;

import dev.sluice.config.KafkaSettings;
import dev.sluice.config.RedisSettings;
import dev.sluice.redis.RedisLink;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.MemberToRemove;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Takes dead members out of their groups long before their sessions end. Each member renews its entry in Redis every
 * 300 ms, for 1.2 s; whoever finds an entry of a peer that has run out removes the peer from the Kafka group, and its
 * partitions move on. With Redis away the session decides. For one context.
 *
 * <p>An entry says little when Redis itself was away: so nobody is removed before this instance has renewed its own for
 * longer than any peer takes to come back. A live member that is removed all the same joins again; its partitions' epochs
 * and the inbox keep the effects right.
 */
final class MemberWatch {

    private static final Logger LOG = LoggerFactory.getLogger(MemberWatch.class);
    private static final long BEAT_MILLIS = 300;
    private static final Duration ALIVE = Duration.ofMillis(1_200);
    /** After an orderly stop that keeps its place: as long as the session that then decides. */
    private static final Duration SESSION = Duration.ofSeconds(45);
    /** Above the longest pause between two tries of a Redis link, with its jitter. */
    private static final long TRUSTED_NANOS = Duration.ofSeconds(4).toNanos();
    /** KEYS group's entries. ARGV life in ms, member. Renews the member's entry; answers whose have run out. */
    private static final String BEAT = """
            local time = redis.call('TIME')
            local now = time[1] * 1000 + math.floor(time[2] / 1000)
            redis.call('ZADD', KEYS[1], string.format('%.0f', now + ARGV[1]), ARGV[2])
            redis.call('PEXPIRE', KEYS[1], 3600000)
            return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now))""";

    private final Vertx vertx;
    private final Context context;
    /** Own member, by group. */
    private final Map<String, String> members;
    private final RedisLink redis;
    private final Admin admin;
    private final Set<String> beingRemoved = new HashSet<>();
    private long beating;
    /** Since when every beat has been answered. */
    private long trustedSince;
    private boolean answered;

    /** @param members own member, by group */
    MemberWatch(Vertx vertx, RedisSettings settings, KafkaSettings kafka, String clientId, Map<String, String> members) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.members = Map.copyOf(members);
        this.redis = new RedisLink(vertx, settings, "liveness", connected -> { });
        this.admin = Admin.create(new HashMap<>(kafka.clientProperties(clientId)));
    }

    void start() {
        redis.open();
        beating = vertx.setPeriodic(0, BEAT_MILLIS, beat -> beat());
    }

    private void beat() {
        List<String> groups = new ArrayList<>(members.keySet());
        redis.send(groups.stream().map(group -> renewal(group, ALIVE)).toList()).onSuccess(answers -> {
            trustedSince = answered ? trustedSince : System.nanoTime();
            answered = true;
            for (int i = 0; i < groups.size(); i++) {
                onRunOut(groups.get(i), answers.get(i));
            }
        }).onFailure(away -> answered = false);
    }

    private Request renewal(String group, Duration life) {
        return Request.cmd(Command.EVAL).arg(BEAT).arg(1).arg(entries(group)).arg(life.toMillis()).arg(members.get(group));
    }

    private static String entries(String group) {
        return "alive:" + group;
    }

    private void onRunOut(String group, Response runOut) {
        if (System.nanoTime() - trustedSince < TRUSTED_NANOS) {
            return;
        }
        for (Response member : runOut) {
            String name = member.toString();
            if (beingRemoved.add(group + ' ' + name)) {
                remove(group, name);
            }
        }
    }

    private void remove(String group, String member) {
        LOG.warn("group={} member={} is dead: no sign of life for {} ms; it is removed from the group", group, member, ALIVE.toMillis());
        admin.removeMembersFromConsumerGroup(group, new RemoveMembersFromConsumerGroupOptions(List.of(new MemberToRemove(member))))
                .memberResult(new MemberToRemove(member))
                .whenComplete((done, error) -> context.runOnContext(turn -> onRemoved(group, member, error)));
    }

    /** What failed is tried again with the next beat, as long as the entry is there. */
    private void onRemoved(String group, String member, Throwable error) {
        beingRemoved.remove(group + ' ' + member);
        if (error == null || error instanceof UnknownMemberIdException) {
            redis.send(List.of(Request.cmd(Command.ZREM).arg(entries(group)).arg(member)));
        } else {
            LOG.warn("group={} member={} is not removed yet: {}", group, member, error.toString());
        }
    }

    /** @param kept the members' places are, for a restart: nobody may take them for dead */
    Future<Void> stop(boolean kept) {
        vertx.cancelTimer(beating);
        List<Request> last = members.entrySet().stream().map(member -> kept ? renewal(member.getKey(), SESSION)
                : Request.cmd(Command.ZREM).arg(entries(member.getKey())).arg(member.getValue())).toList();
        return redis.send(last).transform(any -> {
            admin.close(Duration.ZERO);
            return redis.close();
        });
    }
}
