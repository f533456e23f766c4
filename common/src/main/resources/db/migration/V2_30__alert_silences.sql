CREATE TABLE alert_silences (
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    alert      text        NOT NULL,
    labels     jsonb       NOT NULL,
    until      timestamptz NOT NULL,
    actor      text        NOT NULL,
    reason     text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX alert_silences_live ON alert_silences (until);
