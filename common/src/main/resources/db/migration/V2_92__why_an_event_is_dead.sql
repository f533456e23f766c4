-- What the letter of a dead event says: when its answer is lost, the letter that is written again says the same.
ALTER TABLE processed_events ADD COLUMN error_type text, ADD COLUMN error_message text;
