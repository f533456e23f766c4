package dev.sluice.devstack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A server that is a child of this process and logs into a file. Its start is written down, see {@link Children}. */
abstract class ChildServer implements Server {

    private static final long START_SECONDS = 60;
    private static final long STOP_SECONDS = 15;

    final Path folder;
    final int port;
    private final String name;
    private final Children children;
    private final Path log;
    private Process process;

    /** @param folder of the whole stack */
    ChildServer(String name, Path folder, int port, Children children) {
        this.name = name;
        this.folder = folder;
        this.port = port;
        this.children = children;
        this.log = folder.resolve("logs").resolve(name + ".log");
    }

    /** What must be there before the process starts. */
    abstract void prepare() throws IOException;

    abstract List<String> command() throws IOException;

    /** It answers, beyond having opened its port. */
    abstract boolean answers();

    @Override
    public void start() {
        if (isRunning()) {
            return;
        }
        try {
            Files.createDirectories(log.getParent());
            prepare();
            process = run(command());
            children.onStarted(name, process.toHandle());
        } catch (IOException e) {
            throw new StackFailure(name + " can't be started: " + e.getMessage(), e);
        }
        boolean up = Processes.await(START_SECONDS, () -> !process.isAlive() || Ports.accepts(port) && answers());
        if (!up || !process.isAlive()) {
            kill();
            throw new StackFailure(name + (up ? " ended while it was starting" : " did not answer within " + START_SECONDS + " s")
                    + "; see " + log);
        }
    }

    final Process run(List<String> command) throws IOException {
        return new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile())).start();
    }

    @Override
    public void stop() {
        if (isRunning()) {
            process.destroy();
            if (!Processes.awaitEnd(process.toHandle(), STOP_SECONDS)) {
                kill();
            }
        }
    }

    @Override
    public void kill() {
        if (process != null) {
            Processes.kill(process.toHandle());
        }
    }

    @Override
    public void freeze() {
        Processes.signal(Processes.family(process.toHandle()), "STOP");
    }

    @Override
    public void resume() {
        Processes.signal(Processes.family(process.toHandle()), "CONT");
    }

    @Override
    public boolean isRunning() {
        return process != null && process.isAlive();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String host() {
        return Ports.HOST;
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public String toString() {
        return name + " at " + address();
    }
}
