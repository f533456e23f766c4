package dev.sluice.api;

/** Thrown by a handler for an event that may succeed later: it is retried after a delay that doubles. */
public class TransientFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public TransientFailure(String message) {
        super(message);
    }

    public TransientFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
