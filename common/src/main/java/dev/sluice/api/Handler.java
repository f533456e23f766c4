package dev.sluice.api;

import io.vertx.core.Future;

/**
 * What a team plugs in: it turns events into effects in PostgreSQL. Implement {@link EventHandler} (one at a time) or
 * {@link BatchHandler} (many in one transaction, faster), and name it in a {@link HandlerProvider}. What calls somebody
 * else's service is a {@link PushHandler}.
 *
 * <p>The promises, to every handler:
 * <ol>
 *   <li><b>Transaction.</b> The connection that is handed in has an open transaction. What the handler writes through it
 *       commits together with the event's identity, or not at all. Don't commit, roll back or close it, and let the
 *       future complete or fail only when no statement of yours is still to come: it would be refused. A statement that
 *       fails ends the transaction, whatever savepoint was set before it: the driver has it so. What may fail and go on
 *       belongs into a function of PostgreSQL's.</li>
 *   <li><b>Repetition.</b> A handler may run several times for one event (a crash, a rollback, a retry), but only one
 *       run commits. What it does outside the transaction may therefore happen more than once.</li>
 *   <li><b>Order.</b> With ordering {@code key}, events of one key run one after the other, in the order of their
 *       offsets; a batch holds them in that order. With {@code partition}, so do all events of a partition.</li>
 *   <li><b>Threads.</b> It is called on a Vert.x event loop and must not block it; any thread may complete its future.
 *       Instances of a handler are shared by all batches of a subscription's instance, several of which can be under
 *       way.</li>
 *   <li><b>Failure.</b> A failed future (or a thrown exception) rolls back. A batch that fails is split until the guilty
 *       event stands alone. {@link PermanentFailure} and {@link TransientFailure} decide the event's way; anything else
 *       is classified by rules.</li>
 *   <li><b>Time.</b> It has 30 s, and may leave its transaction idle for at most 1.5 s between statements. After that
 *       the transaction is rolled back, and the event has failed TRANSIENT.</li>
 *   <li><b>Close.</b> {@link #close} is called once, after the last run has ended.</li>
 * </ol>
 */
public sealed interface Handler permits EventHandler, BatchHandler, PushHandler {

    /** Frees what the handler holds. Called once, after its last run has ended. */
    default Future<Void> close() {
        return Future.succeededFuture();
    }
}
