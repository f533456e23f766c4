package dev.sluice.consumer;

import dev.sluice.event.Outcome;
import dev.sluice.redis.RedisLink;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * {@code lease:{group}:{topic}:{partition}} = epoch and instance: the owner with the newest epoch in the group has it,
 * at once. An owner that was replaced without knowing it (frozen, cut off from Kafka) finds a newer epoch and waits,
 * instead of rivalling its successor for rows. Taken at a partition's first batch, renewed every 3 s, for 10 s.
 */
final class PartitionLeases implements Claims {

    private static final Logger LOG = LoggerFactory.getLogger(PartitionLeases.class);
    private static final long TTL_MILLIS = 10_000;
    private static final long RENEWAL_MILLIS = 3_000;
    private static final long LAST_WORD_NANOS = 2_000_000_000L;
    /** KEYS lease. ARGV epoch, instance, ttl. 1: it is had; 0: a newer owner has it. */
    private static final String TAKE = """
            local held = redis.call('GET', KEYS[1])
            if held then
              local epoch, owner = string.match(held, '^(%-?%d+):(.*)$')
              if owner ~= ARGV[2] and epoch and tonumber(epoch) > tonumber(ARGV[1]) then
                return 0
              end
            end
            redis.call('SET', KEYS[1], ARGV[1] .. ':' .. ARGV[2], 'PX', ARGV[3])
            return 1""";
    /** KEYS lease. ARGV its value. */
    private static final String RELEASE = """
            if redis.call('GET', KEYS[1]) == ARGV[1] then
              redis.call('DEL', KEYS[1])
            end
            return 1""";

    private final Vertx vertx;
    private final RedisLink redis;
    private final String group;
    private final String instance;
    /** Those whose lease was asked for. */
    private final Set<AssignedPartition> known = new HashSet<>();
    /** Each with the moment when Redis said so last. */
    private final Map<AssignedPartition, Long> anothers = new HashMap<>();
    private long renewal = -1;

    PartitionLeases(Vertx vertx, RedisLink redis, String group, String instance) {
        this.vertx = vertx;
        this.redis = redis;
        this.group = group;
        this.instance = instance;
    }

    @Override
    public Future<Map<Work, Outcome>> run(List<Work> works, Effects effects) {
        Set<AssignedPartition> partitions = works.stream().map(Work::partition).collect(Collectors.toSet());
        List<AssignedPartition> asked = partitions.stream()
                .filter(partition -> !known.contains(partition) || anothers.containsKey(partition)).toList();
        return (asked.isEmpty() ? Future.succeededFuture() : take(asked))
                .compose(told -> partitions.stream().noneMatch(anothers::containsKey) ? effects.apply(works)
                        : applyOurs(works, effects));
    }

    private Future<Map<Work, Outcome>> applyOurs(List<Work> works, Effects effects) {
        List<Work> ours = works.stream().filter(work -> !anothers.containsKey(work.partition())).toList();
        return ours.isEmpty() ? Future.succeededFuture(Map.of()) : effects.apply(ours);
    }

    /** Never fails: with Redis away its last word counts for 2 s, then a lease is nobody's. */
    private Future<Void> take(List<AssignedPartition> partitions) {
        known.addAll(partitions);
        if (renewal < 0) {
            renewal = vertx.setPeriodic(RENEWAL_MILLIS, timer -> renew());
        }
        return redis.send(partitions.stream().map(this::take).toList()).map(answers -> {
            for (int i = 0; i < partitions.size(); i++) {
                onAnswer(partitions.get(i), answers.get(i));
            }
            return (Void) null;
        }).otherwise(away -> {
            long now = System.nanoTime();
            anothers.values().removeIf(told -> now - told >= LAST_WORD_NANOS);
            return null;
        });
    }

    private void onAnswer(AssignedPartition partition, Response had) {
        if (had.toInteger() == 1) {
            anothers.remove(partition);
        } else if (anothers.put(partition, System.nanoTime()) == null) {
            LOG.warn("group={} topic={} partition={} A newer owner has this partition's lease: its events wait here "
                    + "until Kafka takes it away", group, partition.topicPartition().topic(),
                    partition.topicPartition().partition());
        }
    }

    private void renew() {
        List<AssignedPartition> gone = known.stream().filter(AssignedPartition::isClosed).toList();
        known.removeAll(gone);
        anothers.keySet().removeAll(gone);
        if (!gone.isEmpty()) {
            redis.send(gone.stream().map(this::release).toList());
        }
        if (!known.isEmpty()) {
            take(new ArrayList<>(known));
        }
    }

    private Request take(AssignedPartition partition) {
        return Request.cmd(Command.EVAL).arg(TAKE).arg(1).arg(key(partition)).arg(partition.epoch()).arg(instance)
                .arg(TTL_MILLIS);
    }

    private Request release(AssignedPartition partition) {
        return Request.cmd(Command.EVAL).arg(RELEASE).arg(1).arg(key(partition))
                .arg(partition.epoch() + ":" + instance);
    }

    private String key(AssignedPartition partition) {
        return "lease:" + group + ":" + partition.topicPartition().topic() + ":"
                + partition.topicPartition().partition();
    }

    @Override
    public Future<Void> close() {
        vertx.cancelTimer(renewal);
        List<Request> last = known.stream().map(this::release).toList();
        known.clear();
        return last.isEmpty() ? Future.succeededFuture() : redis.send(last).<Void>mapEmpty().otherwiseEmpty();
    }
}
