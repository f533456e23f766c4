package dev.sluice.failure;

/**
 * Names, in rules and headers, an event that the inbox has as dead and that came again: its letter is written again,
 * because the process may have died before the first one. Never thrown.
 */
public final class AlreadyDead {

    public static final String MESSAGE = "dead-lettered before; this letter may be its second";

    private AlreadyDead() {
    }
}
