-- What is purged by its age is found by it: rows are inserted in the order of time, so block ranges tell it at no cost.
CREATE INDEX processed_events_age ON processed_events USING brin (processed_at);
