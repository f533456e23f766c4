-- Events of reason 'gap' wait for a missing one of their entity: by sequence, not behind their lane.
ALTER TABLE parked_events ADD COLUMN entity text, ADD COLUMN sequence bigint;
CREATE INDEX parked_events_gaps ON parked_events (consumer_group, topic, topic_id, partition, entity, sequence)
    WHERE reason = 'gap';

-- Sequences of a strict group that are dead letters. One that an operator discards is waited for no longer.
CREATE TABLE dead_sequences (
    consumer_group text   NOT NULL,
    entity         text   NOT NULL,
    sequence       bigint NOT NULL,
    event_id       text   NOT NULL,
    PRIMARY KEY (consumer_group, entity, sequence)
);
