package dev.sluice.api;

import io.vertx.core.Future;

/**
 * A handler whose effect is outside PostgreSQL: a call to somebody else's service. It gets no transaction, so it may take
 * its time; its effect happens at least once, because a crash can fall between the effect and the note of it. Give
 * {@link Event#id} along, so that the target can recognise a repeat. Else as {@link Handler} has it.
 */
public non-sealed interface PushHandler extends Handler {

    /** @return completes when the target has taken the event; the value is ignored */
    Future<?> push(Event event);

    /** How many pushes at once are worthwhile now; asked before the next is started. 0 while the target wants rest. */
    int concurrency();
}
