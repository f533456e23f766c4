package dev.sluice.gateway;

import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;

/**
 * How the gateways know of each other: each writes its {@link GatewayLoad} into one hash in Redis with every look at the
 * pressure. One that has not written for 3 s is gone, and the others divide what was its share.
 */
final class Peers {

    /** Field: gateway, value: {@code sustained:wanted:measure:milliseconds when it expires}. */
    static final String KEY = "system:gateway:loads";
    static final Duration LIVES = Duration.ofSeconds(3);

    /** KEYS loads. ARGV ttl, gateway, its load (empty: it leaves). Answers with the live gateways and their loads. */
    private static final String SCRIPT = """
            local time = redis.call('TIME')
            local now = time[1] * 1000 + math.floor(time[2] / 1000)
            if ARGV[3] == '' then
              redis.call('HDEL', KEYS[1], ARGV[2])
            else
              redis.call('HSET', KEYS[1], ARGV[2], ARGV[3] .. ':' .. string.format('%.0f', now + ARGV[1]))
            end
            local live = {}
            local all = redis.call('HGETALL', KEYS[1])
            for i = 1, #all, 2 do
              local load, ends = string.match(all[i + 1], '^(.*):(%d+)$')
              if not ends or tonumber(ends) <= now then
                redis.call('HDEL', KEYS[1], all[i])
              else
                live[#live + 1] = all[i]
                live[#live + 1] = load
              end
            end
            redis.call('PEXPIRE', KEYS[1], ARGV[1])
            return live""";

    /** The live ones. @param own index of the one that asked; empty when it is not among them */
    record Live(List<GatewayLoad> loads, OptionalInt own) {
    }

    private final String gateway;

    /** @param gateway unique among all */
    Peers(String gateway) {
        this.gateway = gateway;
    }

    Request report(GatewayLoad load) {
        return request(String.format(Locale.ROOT, "%.1f:%.1f:%.1f", load.sustained(), load.wanted(), load.measure()));
    }

    Request leave() {
        return request("");
    }

    private Request request(String load) {
        return Request.cmd(Command.EVAL).arg(SCRIPT).arg(1).arg(KEY).arg(Long.toString(LIVES.toMillis())).arg(gateway).arg(load);
    }

    /** @param answer to {@link #report}. What is no load was written by somebody else and counts nothing. */
    Live live(Response answer) {
        List<GatewayLoad> loads = new ArrayList<>();
        OptionalInt own = OptionalInt.empty();
        for (int i = 0; i + 1 < answer.size(); i += 2) {
            String[] parts = answer.get(i + 1).toString().split(":");
            if (parts.length == 3) {
                own = answer.get(i).toString().equals(gateway) ? OptionalInt.of(loads.size()) : own;
                loads.add(new GatewayLoad(number(parts[0]), number(parts[1]), number(parts[2])));
            }
        }
        return new Live(loads, own);
    }

    private static double number(String text) {
        return text.matches("\\d{1,15}(\\.\\d{1,9})?") ? Double.parseDouble(text) : 0;
    }
}
