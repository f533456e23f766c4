package dev.sluice.api;

/** Thrown by a handler for an event that will never succeed: it becomes a dead letter at once, without retries. */
public class PermanentFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public PermanentFailure(String message) {
        super(message);
    }

    public PermanentFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
