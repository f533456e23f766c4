-- Handler ledger: what each account holds, and the entries that made it so. Both always sum to zero.
CREATE TABLE accounts (
    id      text    NOT NULL PRIMARY KEY,
    balance numeric NOT NULL
) WITH (fillfactor = 80);

CREATE TABLE ledger (
    tx_id      text        NOT NULL,
    account_id text        NOT NULL REFERENCES accounts (id),
    amount     numeric     NOT NULL,
    posted_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tx_id, account_id)
);
