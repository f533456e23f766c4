package dev.sluice.testing.fault;

/** A fault that could not be brought about, did no harm, or could not be ended: the proof says nothing then. */
public final class FaultFailure extends Exception {

    private static final long serialVersionUID = 1L;

    public FaultFailure(String message) {
        super(message);
    }

    public FaultFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
