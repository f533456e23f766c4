package dev.sluice.consumer;

import dev.sluice.config.KafkaSettings;
import dev.sluice.config.RedisSettings;
import dev.sluice.consumer.Liveness.Finding;
import dev.sluice.redis.RedisLink;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import org.apache.kafka.clients.admin.Admin;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Takes dead members out of their groups long before their sessions end, so that their partitions move on. Each member
 * renews its entry in Redis, with its connection's number; whoever finds an entry of a peer that has run out asks whether
 * that connection is open: of a process that was killed it is not, of one that is merely slow it is, and that one has more
 * time ({@link Liveness}). With Redis away the session decides. For one context.
 *
 * <p>An entry says little when Redis itself was away, or this member itself late: then nobody is removed. A live member
 * that is removed all the same joins again; its partitions' epochs and the inbox keep the effects right.
 */
final class MemberWatch {

    /** After an orderly stop that keeps its place: as long as the session that then decides. */
    private static final Duration SESSION = Duration.ofSeconds(45);
    /** KEYS group's entries. ARGV life in ms, member, connection. Answers members, milliseconds past their end, connections. */
    private static final String BEAT = """
            local time = redis.call('TIME')
            local now = time[1] * 1000 + math.floor(time[2] / 1000)
            redis.call('HSET', KEYS[1], ARGV[2], string.format('%.0f', now + ARGV[1]) .. ':' .. ARGV[3])
            redis.call('PEXPIRE', KEYS[1], 3600000)
            local silent = {}
            local all = redis.call('HGETALL', KEYS[1])
            for i = 1, #all, 2 do
              local ends, connection = string.match(all[i + 1], '^(%d+):(%d*)$')
              if tonumber(ends) <= now then
                silent[#silent + 1] = {all[i], now - tonumber(ends), connection}
              end
            end
            return silent""";

    private final Vertx vertx;
    private final RedisSettings settings;
    private final Liveness liveness;
    /** Own member, by group. */
    private final Map<String, String> members;
    private final RedisLink redis;
    private final PeerRemoval removal;
    /** Redis's number of the connection; empty when it is not known. */
    private String connection = "";
    private long beating;
    private long lastBeat = System.nanoTime();
    /** Since when every beat has been answered. */
    private long trustedSince;
    private boolean answered;

    /** @param admin closed by {@link #stop} @param members own member, by group */
    MemberWatch(Vertx vertx, RedisSettings settings, Admin admin, Liveness liveness, Map<String, String> members) {
        this.vertx = vertx;
        this.settings = settings;
        this.liveness = liveness;
        this.members = Map.copyOf(members);
        Context context = vertx.getOrCreateContext();
        this.redis = new RedisLink(vertx, settings, "liveness", this::onConnected);
        this.removal = new PeerRemoval(context, admin, liveness.holdBack(), this::onRemoved);
    }

    static MemberWatch of(Vertx vertx, RedisSettings settings, KafkaSettings kafka, String clientId, Map<String, String> members) {
        return new MemberWatch(vertx, settings, Admin.create(new HashMap<>(kafka.promptProperties(clientId))),
                Liveness.STANDARD, members);
    }

    void start() {
        redis.open();
        beating = vertx.setPeriodic(0, liveness.beat().toMillis(), beat -> beat());
    }

    private void onConnected(RedisConnection opened) {
        connection = "";
        if (settings.mode() == RedisSettings.Mode.CLUSTER) {
            return; // there are several, and each node numbers its own
        }
        opened.send(Request.cmd(Command.CLIENT).arg("ID")).onSuccess(id -> connection = id.toString());
    }

    private void beat() {
        boolean late = (System.nanoTime() - lastBeat) / 1_000_000 > 2 * liveness.beat().toMillis();
        lastBeat = System.nanoTime();
        List<String> groups = new ArrayList<>(members.keySet());
        redis.send(groups.stream().map(group -> renewal(group, liveness.alive())).toList()).onSuccess(answers -> {
            trustedSince = answered ? trustedSince : System.nanoTime();
            answered = true;
            for (int i = 0; i < groups.size() && !late && isTrusted(); i++) {
                for (Response silent : answers.get(i)) {
                    onSilent(groups.get(i), silent.get(0).toString(),
                            silent.get(1).toLong() + liveness.alive().toMillis(), silent.get(2).toString());
                }
            }
        }).onFailure(away -> answered = false);
    }

    private boolean isTrusted() {
        return System.nanoTime() - trustedSince >= liveness.trusted().toNanos();
    }

    private Request renewal(String group, Duration life) {
        return Request.cmd(Command.EVAL).arg(BEAT).arg(1).arg(entries(group)).arg(life.toMillis())
                .arg(members.get(group)).arg(connection);
    }

    private static String entries(String group) {
        return "liveness:" + group;
    }

    private void onSilent(String group, String member, long silentMillis, String itsConnection) {
        Finding finding = liveness.of(silentMillis, itsConnection);
        if (finding == Finding.DEAD) {
            removal.remove(group, member, silentMillis);
        } else if (finding == Finding.ASK_FOR_ITS_CONNECTION) {
            redis.send(List.of(Request.cmd(Command.CLIENT).arg("LIST").arg("ID").arg(itsConnection))).onSuccess(open -> {
                if (open.get(0).toString().isBlank()) {
                    removal.remove(group, member, silentMillis);
                }
            });
        }
    }

    private void onRemoved(String group, String member) {
        redis.send(List.of(departure(group, member)));
    }

    private static Request departure(String group, String member) {
        return Request.cmd(Command.HDEL).arg(entries(group)).arg(member);
    }

    /** @param kept the members' places are, for a restart: nobody may take them for dead */
    Future<Void> stop(boolean kept) {
        vertx.cancelTimer(beating);
        List<Request> last = members.entrySet().stream().map(member -> kept ? renewal(member.getKey(), SESSION)
                : departure(member.getKey(), member.getValue())).toList();
        return redis.send(last).transform(any -> {
            removal.close();
            return redis.close();
        });
    }
}
