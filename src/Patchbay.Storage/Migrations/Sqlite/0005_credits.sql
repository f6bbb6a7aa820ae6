-- Every change of an organization's funds other than by use, in the same commit as its ledger entries; one per batch.
-- kind: 0 grant, 1 promotion, 2 purchase, 3 refund, 4 reversal, 5 dispute, 6 dispute won, 7 dispute lost, 8 expiry.
-- paid_nanos is what came in at the gateway.
CREATE TABLE credit_transaction (
  batch_id        INTEGER NOT NULL PRIMARY KEY,
  id              BLOB    NOT NULL UNIQUE,
  organization_id BLOB    NOT NULL,
  kind            INTEGER NOT NULL,
  amount_nanos    INTEGER NOT NULL CHECK (typeof(amount_nanos) = 'integer'),
  fee_nanos       INTEGER NOT NULL CHECK (typeof(fee_nanos) = 'integer'),
  paid_nanos      INTEGER NOT NULL CHECK (typeof(paid_nanos) = 'integer'),
  reference       TEXT    NOT NULL UNIQUE,
  gateway         TEXT,
  external_id     TEXT,
  related_id      BLOB,
  expires_at      INTEGER,
  note            TEXT,
  actor           TEXT    NOT NULL,
  created_at      INTEGER NOT NULL,
  UNIQUE (gateway, external_id)
);

CREATE INDEX credit_transaction_by_organization ON credit_transaction (organization_id, batch_id);
CREATE INDEX credit_transaction_by_related ON credit_transaction (related_id) WHERE related_id IS NOT NULL;

-- Promotions with something left, in the order in which they are used. ';' is the character after ':'.
CREATE INDEX ledger_account_promotion ON ledger_account (name)
  WHERE balance_nanos > 0 AND name > 'liability:promo:' AND name < 'liability:promo;';

-- Requests with an Idempotency-Key. state: 0 begun, 1 finished. response is encrypted with the caller's own key.
CREATE TABLE idempotency (
  scope         TEXT    NOT NULL,
  key           TEXT    NOT NULL,
  id            BLOB    NOT NULL,
  body_hash     BLOB    NOT NULL CHECK (length(body_hash) = 32),
  state         INTEGER NOT NULL,
  owner         BLOB    NOT NULL,
  claimed_until INTEGER NOT NULL,
  status        INTEGER,
  response      BLOB,
  created_at    INTEGER NOT NULL,
  PRIMARY KEY (scope, key)
) WITHOUT ROWID;

CREATE INDEX idempotency_by_age ON idempotency (created_at);
