-- Rows that are most likely new go in without ON CONFLICT, for which PostgreSQL searches the index twice and locks each row
-- that it is about to insert: two thirds of the time (payment states), or three fifths (the inbox). The unique index still
-- decides. Each function is one statement: all rows are inserted (true), or one is there already and none is (false).
CREATE FUNCTION insert_processed_events(applied_in text, event_ids text[]) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO processed_events (consumer_group, event_id, outcome)
    SELECT applied_in, id, 'applied' FROM unnest(event_ids) AS id;
    RETURN true;
EXCEPTION WHEN unique_violation THEN
    RETURN false;
END $$;

CREATE FUNCTION insert_payment_states(event_ids text[], entity_ids text[], sequences bigint[], user_ids text[],
    amounts text[], currencies text[], statuses text[], times timestamptz[]) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO payment_states (event_id, entity_id, sequence, user_id, amount, currency, status, occurred_at)
    SELECT * FROM unnest(event_ids, entity_ids, sequences, user_ids, amounts::numeric[], currencies, statuses, times);
    RETURN true;
EXCEPTION WHEN unique_violation THEN
    RETURN false;
END $$;
