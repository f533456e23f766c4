package dev.sluice.consumer;

import java.io.IOException;

/** PostgreSQL gave no connection, or no answer on one: an outage, whatever the driver calls it, and no event's fault. */
final class PostgresAway extends IOException {

    private static final long serialVersionUID = 1L;

    PostgresAway(String message, Throwable cause) {
        super(message + (cause == null ? "" : ": " + cause), cause);
    }
}
