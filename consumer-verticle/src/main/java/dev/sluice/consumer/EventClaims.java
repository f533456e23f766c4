package dev.sluice.consumer;

import dev.sluice.event.Outcome;
import dev.sluice.redis.RedisLink;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * A claim per event, {@code lock:{group}:{id}} for 10 s, and {@code idemp:{group}:{id}} = done after a commit, for a day,
 * a million of a group at most. One round trip a batch asks for both. A live claim of another owner means wait, never
 * skip; one of an earlier owner of a partition that is ours now is taken over. Claims are renewed while the handler runs.
 * A command has the keys of {@link #TOGETHER} events: Redis, which does nothing else meanwhile, is busy with it for a millisecond or
 * two. In a cluster, whose nodes have a key each, it has one.
 */
final class EventClaims implements Claims {

    private static final String TTL_MILLIS = "10000";
    private static final long RENEWAL_MILLIS = 3_000;
    private static final String DONE_SECONDS = "86400";
    private static final int MOST_DONE = 1_000_000;
    private static final String DONE = "done";
    private static final int TOGETHER = 500;
    /** KEYS locks. ARGV own value, ttl, partition, epoch, instance. A character for each: 1: it is had now; 0: another has it. */
    private static final String LOCK = """
            local had = {}
            for i, key in ipairs(KEYS) do
              local free = redis.call('SET', key, ARGV[1], 'NX', 'PX', ARGV[2])
              if not free then
                local partition, epoch, owner = string.match(redis.call('GET', key) or '', '^([^|]*)|(%-?%d+)|(.*)$')
                free = owner == ARGV[5] or partition == ARGV[3] and tonumber(epoch) < tonumber(ARGV[4])
                if free then
                  redis.call('SET', key, ARGV[1], 'PX', ARGV[2])
                end
              end
              had[i] = free and '1' or '0'
            end
            return table.concat(had)""";
    /** KEYS locks. ARGV own value, ttl; without one they are given back. Another's stay as they are. */
    private static final String KEEP = """
            local own = {}
            for i, value in ipairs(redis.call('MGET', unpack(KEYS))) do
              if value == ARGV[1] then
                own[#own + 1] = KEYS[i]
              end
            end
            if ARGV[2] then
              for i, key in ipairs(own) do
                redis.call('PEXPIRE', key, ARGV[2])
              end
            elseif #own > 0 then
              redis.call('DEL', unpack(own))
            end
            return #own""";
    /** KEYS marks. ARGV value, seconds. */
    private static final String MARK = """
            for i, key in ipairs(KEYS) do
              redis.call('SET', key, ARGV[1], 'EX', ARGV[2])
            end
            return 1""";

    private final Vertx vertx;
    private final RedisLink redis;
    private final String group;
    private final String instance;

    EventClaims(Vertx vertx, RedisLink redis, String group, String instance) {
        this.vertx = vertx;
        this.redis = redis;
        this.group = group;
        this.instance = instance;
    }

    @Override
    public Future<Map<Work, Outcome>> run(List<Work> works, Effects effects) {
        return claim(works).compose(claimed -> run(claimed, effects));
    }

    /** @param done known to be, by its mark */
    private record Claimed(List<Work> ours, List<Work> done) {
    }

    private Future<Claimed> claim(List<Work> works) {
        List<List<Work>> portions = ofPartitions(works);
        List<Request> asked = new ArrayList<>();
        for (List<Work> portion : portions) {
            asked.add(ofKeys(Request.cmd(Command.MGET), portion, work -> doneKey(work.eventId())));
            AssignedPartition partition = portion.get(0).partition();
            asked.add(ofLocks(LOCK, portion).arg(TTL_MILLIS).arg(partition.topicPartition().toString()).arg(partition.epoch()).arg(instance));
        }
        return redis.send(asked).map(answers -> {
            Set<Work> done = new HashSet<>();
            Set<Work> ours = new HashSet<>();
            for (int i = 0; i < portions.size(); i++) {
                sort(portions.get(i), answers.get(2 * i), answers.get(2 * i + 1).toString(), done, ours);
            }
            return new Claimed(works.stream().filter(ours::contains).toList(), works.stream().filter(done::contains).toList());
        }).otherwise(away -> new Claimed(works, List.of()));
    }

    private static void sort(List<Work> works, Response marks, String had, Set<Work> done, Set<Work> ours) {
        for (int i = 0; i < works.size(); i++) {
            Response mark = marks.get(i);
            if (mark != null && DONE.equals(mark.toString()) && Recognition.mayRecognise(works.get(i))) {
                done.add(works.get(i));
            } else if (had.charAt(i) == '1') {
                ours.add(works.get(i));
            }
        }
    }

    private Future<Map<Work, Outcome>> run(Claimed claimed, Effects effects) {
        Map<Work, Outcome> outcomes = new LinkedHashMap<>();
        claimed.done.forEach(work -> {
            work.onRecognised();
            outcomes.put(work, Outcome.DUPLICATE);
        });
        if (!claimed.done.isEmpty()) {
            redis.send(giveBack(claimed.done));
        }
        return claimed.ours.isEmpty() ? Future.succeededFuture(outcomes)
                : applied(claimed.ours, effects).map(applied -> {
                    outcomes.putAll(applied);
                    return outcomes;
                });
    }

    private Future<Map<Work, Outcome>> applied(List<Work> ours, Effects effects) {
        long renewal = vertx.setPeriodic(RENEWAL_MILLIS, timer -> redis.send(ofPartitions(ours).stream()
                .map(portion -> ofLocks(KEEP, portion).arg(TTL_MILLIS)).toList()));
        return effects.apply(ours).onComplete(ended -> {
            vertx.cancelTimer(renewal);
            List<Request> after = new ArrayList<>(giveBack(ours));
            if (ended.succeeded()) {
                after.addAll(marks(ended.result()));
            }
            redis.send(after).onSuccess(answers -> forgetOldest(answers.get(answers.size() - 1), ended.succeeded()));
        });
    }

    /** The list of all marks last: its answer is how long it is. */
    private List<Request> marks(Map<Work, Outcome> outcomes) {
        List<String> settled = List.copyOf(Recognition.settled(outcomes));
        if (settled.isEmpty()) {
            return List.of();
        }
        List<Request> marks = new ArrayList<>();
        for (List<String> portion : portions(settled)) {
            marks.add(ofKeys(Request.cmd(Command.EVAL).arg(MARK).arg(portion.size()), portion, this::doneKey).arg(DONE).arg(DONE_SECONDS));
        }
        Request list = Request.cmd(Command.RPUSH).arg(listKey());
        settled.forEach(list::arg);
        marks.add(list);
        return marks;
    }

    private void forgetOldest(Response length, boolean marked) {
        long surplus = marked && length != null ? length.toLong() - MOST_DONE : 0;
        if (surplus > 0) {
            redis.send(List.of(Request.cmd(Command.LPOP).arg(listKey()).arg(surplus))).onSuccess(oldest -> {
                List<String> forgotten = new ArrayList<>();
                oldest.get(0).forEach(id -> forgotten.add(id.toString()));
                redis.send(portions(forgotten).stream().map(portion -> ofKeys(Request.cmd(Command.DEL), portion, this::doneKey)).toList());
            });
        }
    }

    private List<Request> giveBack(List<Work> works) {
        return ofPartitions(works).stream().map(portion -> ofLocks(KEEP, portion)).toList();
    }

    /** @param works of one partition */
    private Request ofLocks(String script, List<Work> works) {
        AssignedPartition partition = works.get(0).partition();
        return ofKeys(Request.cmd(Command.EVAL).arg(script).arg(works.size()), works, work -> "lock:" + group + ":" + work.eventId())
                .arg(partition.topicPartition() + "|" + partition.epoch() + "|" + instance);
    }

    private static <T> Request ofKeys(Request request, List<T> all, Function<T, String> key) {
        all.forEach(each -> request.arg(key.apply(each)));
        return request;
    }

    /** Claims of a partition's events have the same value. */
    private List<List<Work>> ofPartitions(List<Work> works) {
        Map<AssignedPartition, List<Work>> partitions = new LinkedHashMap<>();
        works.forEach(work -> partitions.computeIfAbsent(work.partition(), first -> new ArrayList<>()).add(work));
        return partitions.values().stream().flatMap(partition -> portions(partition).stream()).toList();
    }

    private <T> List<List<T>> portions(List<T> all) {
        int together = redis.takesKeysTogether() ? TOGETHER : 1;
        List<List<T>> portions = new ArrayList<>();
        for (int from = 0; from < all.size(); from += together) {
            portions.add(all.subList(from, Math.min(all.size(), from + together)));
        }
        return portions;
    }

    private String doneKey(String eventId) {
        return "idemp:" + group + ":" + eventId;
    }

    private String listKey() {
        return "idemp-ids:" + group;
    }

    @Override
    public Future<Void> close() {
        return Future.succeededFuture();
    }
}
