package dev.sluice.devstack;

/** One of the stack's servers, and the faults it can be given. Each method returns when it is done. Not for two threads. */
public interface Server {

    String name();

    String host();

    int port();

    default String address() {
        return host() + ':' + port();
    }

    /** @throws StackFailure when it does not come up; nothing happens when it runs */
    void start();

    /** In order: it may finish what it has begun. */
    void stop();

    boolean isRunning();

    /** At once, without a chance to write anything (SIGKILL). */
    void kill();

    /** It keeps its connections and answers nothing (SIGSTOP), until {@link #resume}. */
    void freeze();

    void resume();
}
