package dev.sluice.devstack;

/**
 * One real part of the stack, with the handles that faults need. Its address stays the same through all of them. Each
 * call returns once its effect is there, or throws {@link StackFailure} at a deadline.
 */
public interface Part {

    PartName name();

    /** Of the process that serves; on the host of the containers where the part is one. */
    long pid();

    boolean isRunning();

    /** Starts it over the data that it has, until it answers. Nothing happens when it runs. */
    void start();

    /** An orderly stop. Nothing happens when it doesn't run. */
    void stop();

    /** SIGKILL, to every process of it. */
    void kill();

    /** SIGSTOP, to every process of it: it answers nothing, and its connections stay open. */
    void freeze();

    /** SIGCONT. */
    void resume();
}
