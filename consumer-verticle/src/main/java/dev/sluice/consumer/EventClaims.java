package dev.sluice.consumer;

import dev.sluice.event.Outcome;
import dev.sluice.redis.RedisLink;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A claim per event, {@code lock:{group}:{id}} for 10 s, and {@code idemp:{group}:{id}} = done after a commit, for a day,
 * a million of a group at most. One round trip a batch asks for both. A live claim of another owner means wait, never
 * skip; one of an earlier owner of a partition that is ours now is taken over. Claims are renewed while the handler runs.
 */
final class EventClaims implements Claims {

    private static final long TTL_MILLIS = 10_000;
    private static final long RENEWAL_MILLIS = 3_000;
    private static final long DONE_SECONDS = 86_400;
    private static final int MOST_DONE = 1_000_000;
    private static final String DONE = "done";
    /** KEYS lock. ARGV own value, ttl, partition, epoch, instance. 1: it is had now; 0: another has it. */
    private static final String TAKE_OVER = """
            local held = redis.call('GET', KEYS[1])
            if held then
              local partition, epoch, owner = string.match(held, '^([^|]*)|(%-?%d+)|(.*)$')
              local earlier = partition == ARGV[3] and tonumber(epoch) < tonumber(ARGV[4])
              if owner ~= ARGV[5] and not earlier then
                return 0
              end
            end
            redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
            return 1""";
    /** KEYS lock. ARGV own value, ttl; ttl 0: it is given back. */
    private static final String KEEP = """
            if redis.call('GET', KEYS[1]) == ARGV[1] then
              redis.call('PEXPIRE', KEYS[1], ARGV[2])
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
        List<Request> asked = new ArrayList<>(2 * works.size());
        for (Work work : works) {
            asked.add(Request.cmd(Command.GET).arg(doneKey(work.eventId())));
            asked.add(Request.cmd(Command.SET).arg(lockKey(work)).arg(value(work)).arg("NX").arg("PX").arg(TTL_MILLIS));
        }
        return redis.send(asked).compose(answers -> {
            Claimed claimed = new Claimed(new ArrayList<>(), new ArrayList<>());
            List<Work> contested = new ArrayList<>();
            for (int i = 0; i < works.size(); i++) {
                Response done = answers.get(2 * i);
                boolean isDone = done != null && DONE.equals(done.toString()) && Recognition.mayRecognise(works.get(i));
                boolean isOurs = answers.get(2 * i + 1) != null;
                (isDone ? claimed.done : isOurs ? claimed.ours : contested).add(works.get(i));
            }
            return takeOver(contested, claimed);
        }).otherwise(away -> new Claimed(works, List.of()));
    }

    private Future<Claimed> takeOver(List<Work> contested, Claimed claimed) {
        if (contested.isEmpty()) {
            return Future.succeededFuture(claimed);
        }
        return redis.send(contested.stream().map(this::takeOver).toList()).map(had -> {
            for (int i = 0; i < contested.size(); i++) {
                if (had.get(i).toInteger() == 1) {
                    claimed.ours.add(contested.get(i));
                }
            }
            return claimed;
        });
    }

    private Request takeOver(Work work) {
        return Request.cmd(Command.EVAL).arg(TAKE_OVER).arg(1).arg(lockKey(work)).arg(value(work)).arg(TTL_MILLIS)
                .arg(partition(work)).arg(work.partition().epoch()).arg(instance);
    }

    private Future<Map<Work, Outcome>> run(Claimed claimed, Effects effects) {
        Map<Work, Outcome> outcomes = new LinkedHashMap<>();
        claimed.done.forEach(work -> {
            work.onRecognised();
            outcomes.put(work, Outcome.DUPLICATE);
        });
        if (!claimed.done.isEmpty()) {
            redis.send(claimed.done.stream().map(work -> keep(work, 0)).toList());
        }
        return claimed.ours.isEmpty() ? Future.succeededFuture(outcomes)
                : applied(claimed.ours, effects).map(applied -> {
                    outcomes.putAll(applied);
                    return outcomes;
                });
    }

    private Future<Map<Work, Outcome>> applied(List<Work> ours, Effects effects) {
        long renewal = vertx.setPeriodic(RENEWAL_MILLIS, timer ->
                redis.send(ours.stream().map(work -> keep(work, TTL_MILLIS)).toList()));
        return effects.apply(ours).onComplete(ended -> {
            vertx.cancelTimer(renewal);
            List<Request> after = new ArrayList<>(ours.stream().map(work -> keep(work, 0)).toList());
            if (ended.succeeded()) {
                after.addAll(marks(ended.result()));
            }
            redis.send(after).onSuccess(answers -> forgetOldest(answers.get(answers.size() - 1), ended.succeeded()));
        });
    }

    /** The list of all marks last: its answer is how long it is. */
    private List<Request> marks(Map<Work, Outcome> outcomes) {
        List<Request> marks = new ArrayList<>();
        Request list = Request.cmd(Command.RPUSH).arg(listKey());
        Recognition.settled(outcomes).forEach(id -> {
            marks.add(Request.cmd(Command.SET).arg(doneKey(id)).arg(DONE).arg("EX").arg(DONE_SECONDS));
            list.arg(id);
        });
        if (!marks.isEmpty()) {
            marks.add(list);
        }
        return marks;
    }

    private void forgetOldest(Response length, boolean marked) {
        long surplus = marked && length != null ? length.toLong() - MOST_DONE : 0;
        if (surplus > 0) {
            redis.send(List.of(Request.cmd(Command.LPOP).arg(listKey()).arg(surplus))).onSuccess(oldest -> {
                List<Request> forgotten = new ArrayList<>();
                oldest.get(0).forEach(id -> forgotten.add(Request.cmd(Command.DEL).arg(doneKey(id.toString()))));
                redis.send(forgotten);
            });
        }
    }

    private Request keep(Work work, long millis) {
        return Request.cmd(Command.EVAL).arg(KEEP).arg(1).arg(lockKey(work)).arg(value(work)).arg(millis);
    }

    private String lockKey(Work work) {
        return "lock:" + group + ":" + work.eventId();
    }

    private String doneKey(String eventId) {
        return "idemp:" + group + ":" + eventId;
    }

    private String listKey() {
        return "idemp-ids:" + group;
    }

    private static String partition(Work work) {
        return work.partition().topicPartition().toString();
    }

    private String value(Work work) {
        return partition(work) + "|" + work.partition().epoch() + "|" + instance;
    }

    @Override
    public Future<Void> close() {
        return Future.succeededFuture();
    }
}
