-- One row per event and group: the proof of its outcome. Hash partitions keep each index small enough for memory.
CREATE TABLE processed_events (
    consumer_group text        NOT NULL,
    event_id       text        NOT NULL,
    outcome        text        NOT NULL CHECK (outcome IN ('applied', 'superseded', 'dead', 'discarded', 'expired')),
    processed_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (consumer_group, event_id)
) PARTITION BY HASH (event_id);
CREATE TABLE processed_events_0 PARTITION OF processed_events FOR VALUES WITH (MODULUS 4, REMAINDER 0);
CREATE TABLE processed_events_1 PARTITION OF processed_events FOR VALUES WITH (MODULUS 4, REMAINDER 1);
CREATE TABLE processed_events_2 PARTITION OF processed_events FOR VALUES WITH (MODULUS 4, REMAINDER 2);
CREATE TABLE processed_events_3 PARTITION OF processed_events FOR VALUES WITH (MODULUS 4, REMAINDER 3);

-- Highest sequence of an entity that has taken effect in a group; moves in the effect's transaction.
CREATE TABLE entity_sequences (
    consumer_group text   NOT NULL,
    entity         text   NOT NULL,
    last           bigint NOT NULL,
    PRIMARY KEY (consumer_group, entity)
) WITH (fillfactor = 80);

-- Handler entity-state: the newest state of each entity.
CREATE TABLE entity_states (
    entity_type text        NOT NULL,
    entity_id   text        NOT NULL,
    sequence    bigint      NOT NULL,
    status      text        NOT NULL,
    data        jsonb,
    event_id    text        NOT NULL,
    updated_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (entity_type, entity_id)
) WITH (fillfactor = 80);

-- Handler payment-state: the newest state of each payment event.
CREATE TABLE payment_states (
    event_id     text        NOT NULL PRIMARY KEY,
    entity_id    text        NOT NULL,
    sequence     bigint      NOT NULL,
    user_id      text,
    amount       numeric,
    currency     text,
    status       text        NOT NULL,
    processed_at timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now()
);

-- Handler audit: every event, in the order in which its entity's events took effect.
CREATE TABLE audit_log (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id    text        NOT NULL,
    entity_type text,
    entity_id   text,
    sequence    bigint,
    type        text        NOT NULL,
    data        jsonb,
    recorded_at timestamptz NOT NULL DEFAULT now()
);
