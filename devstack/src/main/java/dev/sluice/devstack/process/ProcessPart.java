package dev.sluice.devstack.process;

import dev.sluice.devstack.Part;
import dev.sluice.devstack.PartName;

import java.util.concurrent.CompletableFuture;

/** A part that is a child process of ours. */
abstract class ProcessPart implements Part {

    private final PartName name;
    final Child child;
    final int port;
    final Folders folders;

    ProcessPart(PartName name, Folders folders, int port) {
        this.name = name;
        this.folders = folders;
        this.port = port;
        this.child = new Child(name, folders);
    }

    /** Starts the child and returns once it answers. */
    abstract void launch();

    @Override
    public final PartName name() {
        return name;
    }

    @Override
    public final long pid() {
        return child.process().pid();
    }

    @Override
    public final boolean isRunning() {
        return child.isRunning();
    }

    @Override
    public final void start() {
        if (!isRunning()) {
            PortOwner.requireFree(name, port);
            launch();
        }
    }

    @Override
    public final void stop() {
        child.stop();
    }

    @Override
    public final void kill() {
        child.kill();
    }

    @Override
    public final void freeze() {
        child.freeze();
    }

    @Override
    public final void resume() {
        child.signal("CONT");
    }

    final void close() {
        child.close();
    }

    final CompletableFuture<ProcessHandle> onExit() {
        return child.process().toHandle().onExit();
    }
}
