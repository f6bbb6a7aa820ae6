-- Orders of credits at payment gateways. kind: 0 checkout, 1 automatic. state: 0 created, 1 open, 2 paid, 3 failed, 4 expired,
-- 5 refused. What was paid is in the ledger; this says what was ordered.
CREATE TABLE payment (
  id              BLOB    NOT NULL PRIMARY KEY,
  organization_id BLOB    NOT NULL,
  gateway         TEXT    NOT NULL,
  kind            INTEGER NOT NULL,
  state           INTEGER NOT NULL,
  amount_nanos    INTEGER NOT NULL CHECK (typeof(amount_nanos) = 'integer' AND amount_nanos > 0),
  fee_nanos       INTEGER NOT NULL CHECK (typeof(fee_nanos) = 'integer' AND fee_nanos >= 0),
  reference       TEXT    NOT NULL UNIQUE,
  checkout_id     TEXT,
  url             TEXT,
  payment_id      TEXT,
  saves_card      INTEGER NOT NULL,
  buyer           TEXT    NOT NULL,
  problem         TEXT,
  created_at      INTEGER NOT NULL,
  UNIQUE (gateway, checkout_id),
  UNIQUE (gateway, payment_id)
) WITHOUT ROWID;

CREATE INDEX payment_by_organization ON payment (organization_id, created_at);
CREATE INDEX payment_by_state ON payment (gateway, state, created_at);

-- Organizations as payers: who is named on receipts, the card at the gateway, and buying when credits run low.
CREATE TABLE payment_account (
  organization_id  BLOB    NOT NULL PRIMARY KEY,
  buyer            TEXT,
  customer_id      TEXT,
  card_customer_id TEXT,
  card_method_id   TEXT,
  card_label       TEXT,
  topup_enabled    INTEGER NOT NULL DEFAULT 0,
  threshold_nanos  INTEGER NOT NULL DEFAULT 0,
  amount_nanos     INTEGER NOT NULL DEFAULT 0,
  cap_nanos        INTEGER NOT NULL DEFAULT 0,
  topup_sequence   INTEGER NOT NULL DEFAULT 0,
  topup_pending    BLOB,
  topup_failures   INTEGER NOT NULL DEFAULT 0,
  topup_problem    TEXT,
  topup_next_at    INTEGER
) WITHOUT ROWID;

-- Messages of gateways that were dealt with.
CREATE TABLE payment_message (
  gateway  TEXT    NOT NULL,
  event_id TEXT    NOT NULL,
  type     TEXT    NOT NULL,
  outcome  TEXT    NOT NULL,
  seen_at  INTEGER NOT NULL,
  PRIMARY KEY (gateway, event_id)
) WITHOUT ROWID;

CREATE INDEX payment_message_by_age ON payment_message (gateway, seen_at);

-- Up to when each gateway was compared with the books.
CREATE TABLE payment_comparison (
  gateway        TEXT    NOT NULL PRIMARY KEY,
  compared_until INTEGER NOT NULL
) WITHOUT ROWID;
