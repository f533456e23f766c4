package dev.sluice.testing.bench;

/** Where a subject's effects are, and how to see that they are right. Each query answers with a single number. */
enum Table {

    /** One row per event. Out of order: rows whose transaction began before that of their entity's previous row. */
    PAYMENT_STATES("payment-state", "none", "payment_states",
            "SELECT count(*) FROM payment_states WHERE updated_at = processed_at",
            """
            SELECT count(*) FROM (
                SELECT processed_at, lag(processed_at) OVER (PARTITION BY entity_id ORDER BY sequence) AS before
                FROM payment_states) AS rows WHERE processed_at < before"""),
    /** One row per entity, and one per event in the inbox. Out of order: entities that do not show their last event. */
    ENTITY_STATES("entity-state", "latest-wins", "processed_events",
            "SELECT count(*) FROM processed_events WHERE outcome = 'applied'",
            """
            SELECT count(*) FROM entity_states AS state JOIN entity_sequences AS newest
                ON newest.entity = state.entity_type || ':' || state.entity_id
            WHERE newest.last <> state.sequence""");

    private final String handler;
    private final String sequences;
    private final String effects;
    private final String once;
    private final String outOfOrder;

    Table(String handler, String sequences, String effects, String once, String outOfOrder) {
        this.handler = handler;
        this.sequences = sequences;
        this.effects = effects;
        this.once = once;
        this.outOfOrder = outOfOrder;
    }

    String handler() {
        return handler;
    }

    String sequences() {
        return sequences;
    }

    /** The table with a row per event and its {@code processed_at}. */
    String effects() {
        return effects;
    }

    /** Events that had their effect, exactly once. */
    String once() {
        return once;
    }

    /** Must be 0. */
    String outOfOrder() {
        return outOfOrder;
    }
}
