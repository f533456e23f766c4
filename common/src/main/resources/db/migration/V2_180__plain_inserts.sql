-- Rows that are most likely new go in without ON CONFLICT, for which PostgreSQL searches the index twice and locks each row
-- that it is about to insert: two thirds of the time (payment states), or three fifths (the inbox). The unique index still
-- decides. Each function is one statement: all rows are inserted (true), or one is there already and none is (false). Arrays
-- unnested in the SELECT list go row by row; as a function in FROM, all of their rows would be stored first.
CREATE FUNCTION insert_processed_events(applied_in text, event_ids text[]) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO processed_events (consumer_group, event_id, outcome)
    SELECT applied_in, unnest(event_ids), 'applied';
    RETURN true;
EXCEPTION WHEN unique_violation THEN
    RETURN false;
END $$;

CREATE FUNCTION insert_payment_states(event_ids text[], entity_ids text[], sequences bigint[], user_ids text[],
    amounts text[], currencies text[], statuses text[], times timestamptz[]) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO payment_states (event_id, entity_id, sequence, user_id, amount, currency, status, occurred_at)
    SELECT unnest(event_ids), unnest(entity_ids), unnest(sequences), unnest(user_ids), unnest(amounts::numeric[]),
        unnest(currencies), unnest(statuses), unnest(times);
    RETURN true;
EXCEPTION WHEN unique_violation THEN
    RETURN false;
END $$;
