package dev.sluice.testing.fault;

/** A running part of the whole that faults can hit. Its address stays the same through all of them. */
public interface Target {

    String name();

    /** SIGKILL; returns when it has ended. */
    void kill() throws FaultFailure, InterruptedException;

    /** Over the data that it has, until it serves. */
    void start() throws FaultFailure, InterruptedException;

    /** SIGSTOP. */
    void freeze() throws FaultFailure, InterruptedException;

    /** SIGCONT. */
    void resume() throws FaultFailure, InterruptedException;

    /** Whether it answers a question within a second. */
    boolean answers() throws InterruptedException;

    /** What is hit must have been well before; a busy machine gets half a minute to show it. */
    default void requireAnswer() throws FaultFailure, InterruptedException {
        long deadline = System.nanoTime() + 30_000_000_000L;
        while (!answers()) {
            if (System.nanoTime() > deadline) {
                throw new FaultFailure(name() + " did not answer before it was hit");
            }
            Thread.sleep(100);
        }
    }
}
