-- Records that are too large for the retry and dead-letter topics, as they were read. A letter, or the retry that an
-- operator asked for, points here by id (header x-body).
CREATE TABLE large_letters (
    id        text        NOT NULL PRIMARY KEY,
    key       bytea,
    value     bytea,
    headers   bytea       NOT NULL,
    stored_at timestamptz NOT NULL DEFAULT now()
);
