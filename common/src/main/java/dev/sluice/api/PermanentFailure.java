package dev.sluice.api;

import java.util.Optional;

/** Thrown by a handler for an event that will never succeed: it becomes a dead letter at once, without retries. */
public class PermanentFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Event event;

    public PermanentFailure(String message) {
        this(null, message, null);
    }

    public PermanentFailure(String message, Throwable cause) {
        this(null, message, cause);
    }

    /** A batch handler that tells which event it is spares the others from being tried again and again. @param event one of the batch */
    public PermanentFailure(Event event, String message) {
        this(event, message, null);
    }

    /** @param event one of the batch */
    public PermanentFailure(Event event, String message, Throwable cause) {
        super(message, cause);
        this.event = event;
    }

    /** Whose failure it is, where the handler has told. */
    public Optional<Event> event() {
        return Optional.ofNullable(event);
    }
}
