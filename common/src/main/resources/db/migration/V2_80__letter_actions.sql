-- The size of a letter's record (key, value, headers), so that a portion of letters fits into memory. 0: not known.
ALTER TABLE dead_letters ADD COLUMN bytes integer NOT NULL DEFAULT 0;

-- A portion's intent is written before its first letter is sent, and what came of it as it goes on: one that still says
-- 'begun' was cut off after about as many letters as it counts. An export is an action, too.
ALTER TABLE dead_letter_actions
    DROP CONSTRAINT dead_letter_actions_action_check,
    ADD CONSTRAINT dead_letter_actions_action_check CHECK (action IN ('replay', 'discard', 'export')),
    ADD COLUMN outcome text NOT NULL DEFAULT 'done' CHECK (outcome IN ('begun', 'done', 'failed')),
    ADD COLUMN letter_ids text[] NOT NULL DEFAULT '{}',
    ADD COLUMN ended_at timestamptz;
