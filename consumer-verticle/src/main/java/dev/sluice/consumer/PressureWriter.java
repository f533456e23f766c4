package dev.sluice.consumer;

import dev.sluice.bus.SharedPressure;
import dev.sluice.redis.RedisLink;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;

import java.util.List;
import java.util.Locale;

/**
 * Tells Redis how hard one instance presses, as {@link SharedPressure} describes. The shared flag is derived in the script
 * that takes the instance's pressure in, from all that are alive, so that a healthy instance can't clear the alarm of a
 * sick one, and that of a dead one ends with its entry. With Redis away nothing happens.
 */
final class PressureWriter {

    private static final String TTL = Long.toString(SharedPressure.LIVES.toMillis());
    /** KEYS flag, level, live. ARGV ttl, instance, pressure (empty: it leaves), threshold. All keys share one slot. */
    private static final String SCRIPT = """
            local time = redis.call('TIME')
            local now = time[1] * 1000 + math.floor(time[2] / 1000)
            if ARGV[3] == '' then
              redis.call('HDEL', KEYS[3], ARGV[2])
            else
              redis.call('HSET', KEYS[3], ARGV[2], ARGV[3] .. ':' .. string.format('%.0f', now + ARGV[1]))
            end
            local level = '0'
            local all = redis.call('HGETALL', KEYS[3])
            for i = 1, #all, 2 do
              local pressure, ends = string.match(all[i + 1], '^([^:]+):(%d+)$')
              if not ends or tonumber(ends) <= now then
                redis.call('HDEL', KEYS[3], all[i])
              elseif tonumber(pressure) > tonumber(level) then
                level = pressure
              end
            end
            redis.call('PEXPIRE', KEYS[3], ARGV[1])
            local flag = tonumber(level) >= tonumber(ARGV[4]) and 'true' or 'false'
            local before = redis.call('GET', KEYS[1]) or 'false'
            local moved = math.abs(tonumber(level) - tonumber(redis.call('GET', KEYS[2]) or '0'))
            redis.call('SET', KEYS[1], flag, 'PX', ARGV[1])
            redis.call('SET', KEYS[2], level, 'PX', ARGV[1])
            if flag ~= before or moved >= tonumber(ARGV[4]) then
              redis.call('PUBLISH', KEYS[1], flag)
            end
            return flag""";

    private final RedisLink redis;
    private final String instance;
    private final Subscription.Pressure mode;
    private boolean busy;

    PressureWriter(RedisLink redis, String instance, Subscription.Pressure mode) {
        this.redis = redis;
        this.instance = instance;
        this.mode = mode;
    }

    /** @param pressure 0 to 1; not written when the one before is still on its way */
    void write(double pressure) {
        if (!busy) {
            String text = String.format(Locale.ROOT, "%.3f", pressure);
            send(Request.cmd(Command.SET).arg(SharedPressure.entry(instance)).arg(text).arg("PX").arg(TTL), text);
        }
    }

    /** The instance leaves: its alarm with it. Never fails. */
    Future<Void> leave() {
        return send(Request.cmd(Command.DEL).arg(SharedPressure.entry(instance)), "");
    }

    private Future<Void> send(Request entry, String pressure) {
        busy = true;
        List<Request> all = mode == Subscription.Pressure.IGNORED ? List.of(entry) : List.of(entry,
                Request.cmd(Command.EVAL).arg(SCRIPT).arg(3).arg(SharedPressure.FLAG).arg(SharedPressure.LEVEL)
                        .arg(SharedPressure.LIVE).arg(TTL).arg(instance).arg(pressure).arg(Double.toString(SharedPressure.RAISED)));
        return redis.send(all).transform(answer -> {
            busy = false;
            return Future.succeededFuture();
        });
    }
}
