package dev.sluice.devstack.containers;

import dev.sluice.devstack.Kafka;
import dev.sluice.devstack.Part;
import dev.sluice.devstack.PartName;
import dev.sluice.devstack.Ports;
import dev.sluice.devstack.Postgres;
import dev.sluice.devstack.Redis;
import dev.sluice.devstack.Stack;
import dev.sluice.devstack.StackFailure;
import org.testcontainers.DockerClientFactory;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The stack in containers, on free ports of this machine that stay the same when a container stops and starts. */
public final class ContainerStack implements Stack {

    private final KafkaContainer kafka;
    private final PostgresContainer postgres;
    private final RedisContainer redis;

    /** @throws StackFailure when no Docker daemon answers */
    public ContainerStack() {
        if (!DockerClientFactory.instance().isDockerAvailable()) {
            throw new StackFailure("no Docker daemon answers; leave out -Dstack=containers to run the stack as processes");
        }
        Ports ports = Ports.free();
        kafka = new KafkaContainer(ports.kafka());
        postgres = new PostgresContainer(ports.postgres());
        redis = new RedisContainer(ports.redis());
    }

    @Override
    public void start(Collection<PartName> wanted) {
        CompletableFuture.allOf(all().stream().filter(part -> wanted.contains(part.name()))
                .map(part -> CompletableFuture.runAsync(part::start)).toArray(CompletableFuture<?>[]::new)).join();
    }

    @Override
    public Kafka kafka() {
        return kafka;
    }

    @Override
    public Postgres postgres() {
        return postgres;
    }

    @Override
    public Redis redis() {
        return redis;
    }

    @Override
    public void close() {
        all().forEach(ContainerPart::remove);
    }

    private List<ContainerPart> all() {
        return List.of(kafka, postgres, redis);
    }
}
