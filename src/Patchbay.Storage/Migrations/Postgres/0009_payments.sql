-- Orders of credits at payment gateways. kind: 0 checkout, 1 automatic. state: 0 created, 1 open, 2 paid, 3 failed, 4 expired,
-- 5 refused. What was paid is in the ledger; this says what was ordered.
CREATE TABLE payment (
  id              uuid        PRIMARY KEY,
  organization_id uuid        NOT NULL,
  gateway         text        NOT NULL,
  kind            integer     NOT NULL,
  state           integer     NOT NULL,
  amount_nanos    bigint      NOT NULL CHECK (amount_nanos > 0),
  fee_nanos       bigint      NOT NULL CHECK (fee_nanos >= 0),
  reference       text        NOT NULL UNIQUE,
  checkout_id     text,
  url             text,
  payment_id      text,
  saves_card      integer     NOT NULL,
  buyer           text        NOT NULL,
  problem         text,
  created_at      timestamptz NOT NULL,
  UNIQUE (gateway, checkout_id),
  UNIQUE (gateway, payment_id)
);

CREATE INDEX payment_by_organization ON payment (organization_id, created_at);
CREATE INDEX payment_by_state ON payment (gateway, state, created_at);

-- Organizations as payers: who is named on receipts, the card at the gateway, and buying when credits run low.
CREATE TABLE payment_account (
  organization_id  uuid        PRIMARY KEY,
  buyer            text,
  customer_id      text,
  card_customer_id text,
  card_method_id   text,
  card_label       text,
  topup_enabled    integer     NOT NULL DEFAULT 0,
  threshold_nanos  bigint      NOT NULL DEFAULT 0,
  amount_nanos     bigint      NOT NULL DEFAULT 0,
  cap_nanos        bigint      NOT NULL DEFAULT 0,
  topup_sequence   bigint      NOT NULL DEFAULT 0,
  topup_pending    uuid,
  topup_failures   integer     NOT NULL DEFAULT 0,
  topup_problem    text,
  topup_next_at    timestamptz
);

-- Messages of gateways that were dealt with.
CREATE TABLE payment_message (
  gateway  text        NOT NULL,
  event_id text        NOT NULL,
  type     text        NOT NULL,
  outcome  text        NOT NULL,
  seen_at  timestamptz NOT NULL,
  PRIMARY KEY (gateway, event_id)
);

CREATE INDEX payment_message_by_age ON payment_message (gateway, seen_at);

-- Up to when each gateway was compared with the books.
CREATE TABLE payment_comparison (
  gateway        text        PRIMARY KEY,
  compared_until timestamptz NOT NULL
);
