package dev.sluice.testing.fault;

import dev.sluice.devstack.Redis;

import java.io.IOException;

/** All that Redis knows is gone: marks, leases, pressure and signs of life. */
final class WipedRedis implements Fault {

    private final Redis redis;
    private long keys;

    WipedRedis(Redis redis) {
        this.redis = redis;
    }

    @Override
    public String name() {
        return "wipe Redis";
    }

    @Override
    public void begin() throws FaultFailure {
        try {
            keys = Long.parseLong(RedisQuestion.ask(redis, "DBSIZE"));
            RedisQuestion.ask(redis, "FLUSHALL");
        } catch (IOException | NumberFormatException e) {
            throw new FaultFailure("Redis can't be wiped: " + e.getMessage(), e);
        }
    }

    @Override
    public String harm() throws FaultFailure {
        if (keys == 0) {
            throw new FaultFailure("Redis was empty anyway");
        }
        return keys + " keys gone";
    }

    @Override
    public void end() {
    }

    @Override
    public boolean isOverAtOnce() {
        return true;
    }
}
