-- Since when an event has had its effect and its row holds no body any more: the pointer to it may come once more.
ALTER TABLE large_letters ADD COLUMN applied_at timestamptz;
