package dev.sluice.config;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * Where Redis is.
 *
 * @param uri            {@code redis://[:password@]host:port[/number]}; of a cluster or of sentinels several, joined by commas
 * @param mode           what is found there; null: single
 * @param masterName     of which the sentinels know the address
 * @param commandTimeout a command without an answer for so long has failed
 */
public record RedisSettings(String uri, Mode mode, String masterName, Duration commandTimeout) {

    /** How many Redis processes there are, and who knows of the others. */
    public enum Mode {
        SINGLE,
        /** Sentinels are asked for the master. */
        SENTINEL,
        /** Keys are spread over several masters. */
        CLUSTER
    }

    public RedisSettings {
        mode = mode == null ? Mode.SINGLE : mode;
        InvalidSetting.requireText("redis.uri", uri, "redis://host:port");
        for (String each : uri.split(",", -1)) {
            InvalidSetting.unless(each.strip().startsWith("redis://") || each.strip().startsWith("rediss://"), "redis.uri",
                    "(hidden)", "redis://host:port or rediss://host:port, several joined by commas");
        }
        InvalidSetting.unless(mode != Mode.SINGLE || !uri.contains(","), "redis.uri", "(several)",
                "one address, unless redis.mode is sentinel or cluster");
        masterName = masterName == null ? "mymaster" : masterName;
        InvalidSetting.requireText("redis.master-name", masterName, "the name by which the sentinels know the master");
        InvalidSetting.unless(commandTimeout != null && commandTimeout.toMillis() > 0, "redis.command-timeout",
                commandTimeout, "a duration above 0ms");
    }

    /** A single one. */
    public RedisSettings(String uri, Duration commandTimeout) {
        this(uri, Mode.SINGLE, null, commandTimeout);
    }

    /** The addresses, one or several. */
    public List<String> uris() {
        return Arrays.stream(uri.split(",")).map(String::strip).toList();
    }

    /** The address may hold a password. */
    @Override
    public String toString() {
        return "RedisSettings[" + mode + " " + uri.replaceAll("//[^@/,]*@", "//***@") + "]";
    }
}
