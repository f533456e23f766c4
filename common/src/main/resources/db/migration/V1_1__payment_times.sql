-- When a payment's state came about: decides between two states with the same sequence.
ALTER TABLE payment_states ADD COLUMN occurred_at timestamptz NOT NULL DEFAULT now();
