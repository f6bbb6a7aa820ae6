-- Ids are 16-byte blobs in big-endian order, so that version 7 ids sort by time. Money is nano-USD. Times are unix
-- milliseconds; days are days since 1970-01-01 UTC. The checks on typeof keep an overflowing sum from becoming a float.

CREATE TABLE organization (
  id         BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  slug       TEXT    NOT NULL UNIQUE,
  name       TEXT    NOT NULL,
  created_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE workspace (
  id              BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  organization_id BLOB    NOT NULL REFERENCES organization (id),
  slug            TEXT    NOT NULL,
  name            TEXT    NOT NULL,
  created_at      INTEGER NOT NULL,
  UNIQUE (organization_id, slug)
) WITHOUT ROWID;

CREATE TABLE app_user (
  id         BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  email      TEXT    UNIQUE,
  name       TEXT    NOT NULL,
  created_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE member (
  id              BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  organization_id BLOB    NOT NULL REFERENCES organization (id),
  user_id         BLOB    NOT NULL REFERENCES app_user (id),
  role            INTEGER NOT NULL,
  created_at      INTEGER NOT NULL,
  UNIQUE (organization_id, user_id)
) WITHOUT ROWID;

CREATE TABLE api_key (
  id                    BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  hash                  TEXT    NOT NULL UNIQUE CHECK (length(hash) = 64),
  name                  TEXT    NOT NULL,
  label                 TEXT    NOT NULL,
  organization_id       BLOB    NOT NULL REFERENCES organization (id),
  workspace_id          BLOB    NOT NULL REFERENCES workspace (id),
  member_id             BLOB    REFERENCES member (id),
  creator_user_id       BLOB    REFERENCES app_user (id),
  limit_nanos           INTEGER,
  limit_reset           INTEGER NOT NULL,
  include_byok_in_limit INTEGER NOT NULL,
  expires_at            INTEGER,
  disabled              INTEGER NOT NULL,
  is_management         INTEGER NOT NULL,
  created_at            INTEGER NOT NULL,
  updated_at            INTEGER
) WITHOUT ROWID;

CREATE INDEX api_key_by_organization ON api_key (organization_id, created_at);

-- level: 0 organization, 1 workspace, 2 member, 3 key, 4 guardrail. interval: 0 never, 1 daily, 2 weekly, 3 monthly.
CREATE TABLE budget (
  level       INTEGER NOT NULL,
  scope_id    BLOB    NOT NULL,
  interval    INTEGER NOT NULL,
  limit_nanos INTEGER NOT NULL,
  PRIMARY KEY (level, scope_id, interval)
) WITHOUT ROWID;

CREATE TABLE spending (
  level         INTEGER NOT NULL,
  scope_id      BLOB    NOT NULL,
  day           INTEGER NOT NULL,
  credits_nanos INTEGER NOT NULL CHECK (typeof(credits_nanos) = 'integer'),
  byok_nanos    INTEGER NOT NULL CHECK (typeof(byok_nanos) = 'integer'),
  requests      INTEGER NOT NULL,
  PRIMARY KEY (level, scope_id, day)
) WITHOUT ROWID;

-- One row per generation, never changed. attempts is null when there was none, or one that succeeded and is described
-- by the row itself. The reference to ledger_batch is proved by the audit instead of a check on each insert.
CREATE TABLE generation (
  id                   TEXT    NOT NULL UNIQUE,
  batch_id             INTEGER NOT NULL,
  created_at           INTEGER NOT NULL,
  organization_id      BLOB    NOT NULL,
  workspace_id         BLOB    NOT NULL,
  key_id               BLOB,
  member_id            BLOB,
  model                TEXT    NOT NULL,
  provider_name        TEXT,
  endpoint_id          TEXT,
  upstream_id          TEXT,
  api_type             TEXT    NOT NULL,
  streamed             INTEGER NOT NULL,
  outcome              INTEGER NOT NULL,
  error_code           TEXT,
  finish_reason        TEXT,
  native_finish_reason TEXT,
  uncached_input       INTEGER,
  cache_read           INTEGER,
  cache_write          INTEGER,
  cache_write_1h       INTEGER,
  audio_input          INTEGER,
  output               INTEGER,
  reasoning            INTEGER,
  audio_output         INTEGER,
  images_in            INTEGER,
  images_out           INTEGER,
  searches             INTEGER,
  usage_estimated      INTEGER NOT NULL,
  charge_nanos         INTEGER NOT NULL CHECK (charge_nanos >= 0),
  provider_cost_nanos  INTEGER NOT NULL CHECK (provider_cost_nanos >= 0),
  loss_nanos           INTEGER NOT NULL CHECK (loss_nanos >= 0),
  is_byok              INTEGER NOT NULL,
  price_version        INTEGER NOT NULL,
  latency_ms           INTEGER,
  duration_ms          INTEGER NOT NULL,
  service_tier         TEXT,
  session_id           TEXT,
  external_user        TEXT,
  user_agent           TEXT,
  referer              TEXT,
  attempt_status       INTEGER,
  attempt_latency_ms   INTEGER,
  attempts             TEXT
);

CREATE INDEX generation_by_organization ON generation (organization_id, created_at);
CREATE INDEX generation_by_workspace ON generation (workspace_id, created_at);

-- Balances are credits minus debits: projections of ledger_entry.
CREATE TABLE ledger_account (
  name          TEXT    NOT NULL PRIMARY KEY,
  balance_nanos INTEGER NOT NULL CHECK (typeof(balance_nanos) = 'integer')
) WITHOUT ROWID;

-- kind: 0 settlements, 1 a posting that no generation caused. hash covers previous_hash, this row and its entries.
CREATE TABLE ledger_batch (
  id            INTEGER NOT NULL PRIMARY KEY,
  kind          INTEGER NOT NULL,
  created_at    INTEGER NOT NULL,
  generations   INTEGER NOT NULL,
  charge_nanos  INTEGER NOT NULL,
  previous_hash BLOB    NOT NULL CHECK (length(previous_hash) = 32),
  hash          BLOB    NOT NULL CHECK (length(hash) = 32)
);

CREATE TABLE ledger_entry (
  batch_id     INTEGER NOT NULL REFERENCES ledger_batch (id),
  number       INTEGER NOT NULL,
  debit        TEXT    NOT NULL,
  credit       TEXT    NOT NULL,
  amount_nanos INTEGER NOT NULL CHECK (amount_nanos > 0),
  reference    TEXT    NOT NULL UNIQUE,
  created_at   INTEGER NOT NULL,
  PRIMARY KEY (batch_id, number)
) WITHOUT ROWID;

CREATE TABLE open_hold (
  generation_id        TEXT    NOT NULL PRIMARY KEY,
  created_at           INTEGER NOT NULL,
  organization_id      BLOB    NOT NULL,
  workspace_id         BLOB    NOT NULL,
  key_id               BLOB,
  member_id            BLOB,
  model                TEXT    NOT NULL,
  provider_name        TEXT,
  provider_slug        TEXT,
  endpoint_id          TEXT,
  streamed             INTEGER NOT NULL,
  amount_nanos         INTEGER NOT NULL,
  estimated_cost_nanos INTEGER NOT NULL
) WITHOUT ROWID;

-- Written by readiness checks, to learn whether the disk takes writes.
CREATE TABLE readiness (
  id         INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  checked_at INTEGER NOT NULL
);
