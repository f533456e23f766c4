-- Where a sequence stood before the statement that moved it: what was newer is known without locking the row first.
ALTER TABLE entity_sequences ADD COLUMN previous bigint NOT NULL DEFAULT -1;
