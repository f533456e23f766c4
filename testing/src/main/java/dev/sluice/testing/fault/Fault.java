package dev.sluice.testing.fault;

/** One fault: it begins, does harm, and ends. For one thread. */
public interface Fault {

    /** What is hit and how, for the report. */
    String name();

    /** Returns when it has happened. */
    void begin() throws FaultFailure, InterruptedException;

    /**
     * Asked while it lasts, from the other side.
     *
     * @return what was seen
     * @throws FaultFailure when nobody has noticed it
     */
    String harm() throws FaultFailure, InterruptedException;

    /** Returns when all is as it was before. */
    void end() throws FaultFailure, InterruptedException;

    /** Whether recovery begins with the fault itself: what was hit is expected to be replaced, not awaited. */
    boolean isOverAtOnce();
}
