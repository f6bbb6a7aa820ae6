-- Every change of an organization's funds other than by use, in the same commit as its ledger entries; one per batch.
-- kind: 0 grant, 1 promotion, 2 purchase, 3 refund, 4 reversal, 5 dispute, 6 dispute won, 7 dispute lost, 8 expiry.
-- paid_nanos is what came in at the gateway.
CREATE TABLE credit_transaction (
  batch_id        bigint      PRIMARY KEY,
  id              uuid        NOT NULL UNIQUE,
  organization_id uuid        NOT NULL,
  kind            smallint    NOT NULL,
  amount_nanos    bigint      NOT NULL,
  fee_nanos       bigint      NOT NULL,
  paid_nanos      bigint      NOT NULL,
  reference       text        NOT NULL UNIQUE,
  gateway         text,
  external_id     text,
  related_id      uuid,
  expires_at      timestamptz,
  note            text,
  actor           text        NOT NULL,
  created_at      timestamptz NOT NULL,
  UNIQUE (gateway, external_id)
);

CREATE INDEX credit_transaction_by_organization ON credit_transaction (organization_id, batch_id);
CREATE INDEX credit_transaction_by_related ON credit_transaction (related_id) WHERE related_id IS NOT NULL;

-- Promotions with something left, in the order in which they are used. Their names are compared byte by byte; ';' is the
-- character after ':'.
CREATE INDEX ledger_account_promotion ON ledger_account (name COLLATE "C")
  WHERE balance_nanos > 0 AND name COLLATE "C" > 'liability:promo:' AND name COLLATE "C" < 'liability:promo;';

-- Requests with an Idempotency-Key. state: 0 begun, 1 finished. response is encrypted with the caller's own key.
CREATE TABLE idempotency (
  scope         text        NOT NULL,
  key           text        NOT NULL,
  id            uuid        NOT NULL,
  body_hash     bytea       NOT NULL CHECK (length(body_hash) = 32),
  state         smallint    NOT NULL,
  owner         uuid        NOT NULL,
  claimed_until timestamptz NOT NULL,
  status        integer,
  response      bytea,
  created_at    timestamptz NOT NULL,
  PRIMARY KEY (scope, key)
);

CREATE INDEX idempotency_by_age ON idempotency (created_at);
