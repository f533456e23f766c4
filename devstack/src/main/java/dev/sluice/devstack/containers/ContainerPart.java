package dev.sluice.devstack.containers;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse;
import dev.sluice.devstack.Answers;
import dev.sluice.devstack.Part;
import dev.sluice.devstack.PartName;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.WaitStrategy;

import java.time.Duration;
import java.util.List;

/** A part in a container. Its faults are those of the container: pause, kill, stop and start keep data and port. */
abstract class ContainerPart implements Part {

    private static final int STOP_SECONDS = 15;
    private static final Duration START = Duration.ofSeconds(90);

    private final PartName name;
    final GenericContainer<?> container;
    final int port;

    ContainerPart(PartName name, String image, int inside, int port, WaitStrategy ready) {
        this.name = name;
        this.port = port;
        this.container = new GenericContainer<>(image).withExposedPorts(inside).waitingFor(ready);
        this.container.setPortBindings(List.of("127.0.0.1:" + port + ":" + inside));
    }

    abstract boolean answers();

    @Override
    public PartName name() {
        return name;
    }

    @Override
    public long pid() {
        Long pid = state().getPidLong();
        return pid == null ? 0 : pid;
    }

    @Override
    public boolean isRunning() {
        return container.getContainerId() != null && Boolean.TRUE.equals(state().getRunning());
    }

    @Override
    public void start() {
        if (container.getContainerId() == null) {
            container.start();
        } else if (!isRunning()) {
            docker().startContainerCmd(container.getContainerId()).exec();
        }
        Answers.await(name, this::answers, START);
    }

    @Override
    public void stop() {
        if (isRunning()) {
            docker().stopContainerCmd(container.getContainerId()).withTimeout(STOP_SECONDS).exec();
        }
    }

    @Override
    public void kill() {
        docker().killContainerCmd(container.getContainerId()).exec();
    }

    @Override
    public void freeze() {
        docker().pauseContainerCmd(container.getContainerId()).exec();
    }

    /** Docker refuses to wake what isn't paused. */
    @Override
    public void resume() {
        if (Boolean.TRUE.equals(state().getPaused())) {
            docker().unpauseContainerCmd(container.getContainerId()).exec();
        }
    }

    void remove() {
        container.stop();
    }

    private DockerClient docker() {
        return container.getDockerClient();
    }

    private InspectContainerResponse.ContainerState state() {
        return docker().inspectContainerCmd(container.getContainerId()).exec().getState();
    }
}
