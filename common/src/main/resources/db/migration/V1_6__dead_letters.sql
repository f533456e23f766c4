-- The dead letters, for browsing: a projection of dlq.errors and dlq.poison. Values stay in Kafka.
CREATE TABLE dead_letters (
    seq                bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id                 text        NOT NULL UNIQUE,
    topic              text        NOT NULL,
    partition          integer     NOT NULL,
    record_offset      bigint      NOT NULL,
    state              text        NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'replayed', 'discarded')),
    consumer_group     text        NOT NULL,
    event_id           text        NOT NULL,
    entity             text,
    event_type         text,
    error_type         text        NOT NULL,
    error_message      text        NOT NULL,
    original_topic     text        NOT NULL,
    original_partition integer     NOT NULL,
    original_offset    bigint      NOT NULL,
    retry_count        integer     NOT NULL,
    failed_at          timestamptz NOT NULL
);
CREATE INDEX dead_letters_by_state ON dead_letters (state, seq);
CREATE INDEX dead_letters_by_group ON dead_letters (consumer_group, seq);
CREATE INDEX dead_letters_by_error_type ON dead_letters (error_type, seq);
CREATE INDEX dead_letters_by_event_type ON dead_letters (event_type, seq);
CREATE INDEX dead_letters_by_original_topic ON dead_letters (original_topic, seq);
CREATE INDEX dead_letters_by_entity ON dead_letters USING hash (entity);
CREATE INDEX dead_letters_by_time ON dead_letters (failed_at);

-- How far the projection has read; moves in the transaction that inserts the letters.
CREATE TABLE dead_letter_offsets (
    topic       text    NOT NULL,
    partition   integer NOT NULL,
    next_offset bigint  NOT NULL,
    PRIMARY KEY (topic, partition)
);

-- Who did what to dead letters, and why.
CREATE TABLE dead_letter_actions (
    id      bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    actor   text        NOT NULL,
    action  text        NOT NULL CHECK (action IN ('replay', 'discard')),
    reason  text        NOT NULL,
    letters integer     NOT NULL,
    acted_at timestamptz NOT NULL DEFAULT now()
);
