package dev.sluice.devstack.containers;

import dev.sluice.devstack.Answers;
import dev.sluice.devstack.PartName;
import dev.sluice.devstack.Redis;
import org.testcontainers.containers.wait.strategy.Wait;

final class RedisContainer extends ContainerPart implements Redis {

    RedisContainer(int port) {
        super(PartName.REDIS, "redis:7.4", 6379, port, Wait.forLogMessage(".*Ready to accept connections.*", 1));
    }

    @Override
    public String uri() {
        return "redis://127.0.0.1:" + port;
    }

    @Override
    boolean answers() {
        return Answers.redis(this);
    }
}
