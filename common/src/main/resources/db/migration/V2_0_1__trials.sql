-- Events that were being run on trial: read where a process died, so that one of them may be what killed it. A row that
-- stands when its partition has an owner again was left by a death; runs_alone counts the deaths of nothing but this one.
CREATE TABLE trials (
    consumer_group text        NOT NULL,
    topic          text        NOT NULL,
    topic_id       text        NOT NULL,
    partition      integer     NOT NULL,
    record_offset  bigint      NOT NULL,
    event_id       text        NOT NULL,
    runs_alone     integer     NOT NULL,
    started_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (consumer_group, topic, topic_id, partition, record_offset)
);
