-- Events that wait for their turn in their group: the first of a lane for its next attempt, the others behind it. Their
-- offsets are committed, so these rows are all that is left of them. Offsets of a topic that was made anew begin anew:
-- therefore its id.
CREATE TABLE parked_events (
    consumer_group text        NOT NULL,
    topic          text        NOT NULL,
    topic_id       text        NOT NULL,
    partition      integer     NOT NULL,
    record_offset  bigint      NOT NULL,
    event_id       text        NOT NULL,
    lane           bytea       NOT NULL,
    attempts       integer     NOT NULL,
    due_at         timestamptz NOT NULL,
    reason         text        NOT NULL CHECK (reason IN ('retry', 'behind', 'blocked', 'gap')),
    last_error     text,
    record_time    bigint      NOT NULL,
    key            bytea,
    value          bytea,
    headers        bytea       NOT NULL,
    parked_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (consumer_group, topic, topic_id, partition, record_offset)
);
CREATE INDEX parked_events_by_lane ON parked_events (consumer_group, topic, topic_id, partition, lane, record_offset);
