-- A letter may have been written twice, when a process dies between the letter and its offset: its identity makes it one.
CREATE INDEX dead_letters_by_event ON dead_letters (consumer_group, event_id);
