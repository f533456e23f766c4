package dev.sluice.config;

import java.time.Duration;

/**
 * Where Redis is.
 *
 * @param uri            {@code redis://[:password@]host:port[/number]}
 * @param commandTimeout a command without an answer for so long has failed
 */
public record RedisSettings(String uri, Duration commandTimeout) {

    public RedisSettings {
        InvalidSetting.requireText("redis.uri", uri, "redis://host:port");
        InvalidSetting.unless(uri.startsWith("redis://") || uri.startsWith("rediss://"), "redis.uri", "(hidden)",
                "redis://host:port or rediss://host:port");
        InvalidSetting.unless(commandTimeout != null && commandTimeout.toMillis() > 0, "redis.command-timeout",
                commandTimeout, "a duration above 0ms");
    }

    /** The address may hold a password. */
    @Override
    public String toString() {
        return "RedisSettings[" + uri.replaceAll("//[^@/]*@", "//***@") + "]";
    }
}
