-- When a budget was set, and at which percentages of it owners are told, such as 50,80,100; null for the usual ones.
ALTER TABLE budget ADD COLUMN alert_percents TEXT;
ALTER TABLE budget ADD COLUMN created_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE budget ADD COLUMN updated_at INTEGER NOT NULL DEFAULT 0;

-- What all budgets of a scope have in common. Stays when they are removed.
CREATE TABLE budget_scope (
  level         INTEGER NOT NULL,
  scope_id      BLOB    NOT NULL CHECK (length(scope_id) = 16),
  includes_byok INTEGER NOT NULL,
  PRIMARY KEY (level, scope_id)
) WITHOUT ROWID;

-- A deleted workspace stays for statements; its slug is then its id.
ALTER TABLE workspace ADD COLUMN description TEXT;
ALTER TABLE workspace ADD COLUMN created_by BLOB;
ALTER TABLE workspace ADD COLUMN updated_at INTEGER;
ALTER TABLE workspace ADD COLUMN deleted_at INTEGER;

-- Below which funds owners are told; null for never.
ALTER TABLE organization ADD COLUMN low_credits_nanos INTEGER;

-- Who is told. kind: 0 webhook, 1 e-mail. workspace_id is null for alerts of all workspaces and of the organization itself.
-- secret is what webhooks are signed with, sealed and bound to its row.
CREATE TABLE alert_target (
  id              BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  organization_id BLOB    NOT NULL REFERENCES organization (id),
  workspace_id    BLOB    REFERENCES workspace (id),
  kind            INTEGER NOT NULL,
  address         TEXT    NOT NULL,
  secret          BLOB,
  created_at      INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX alert_target_by_organization ON alert_target (organization_id, created_at);

-- What owners are told, once per key. data is a JSON object.
CREATE TABLE alert (
  id              BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  key             TEXT    NOT NULL UNIQUE,
  organization_id BLOB    NOT NULL,
  workspace_id    BLOB,
  kind            TEXT    NOT NULL,
  summary         TEXT    NOT NULL,
  data            TEXT    NOT NULL,
  created_at      INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX alert_by_organization ON alert (organization_id, created_at);

-- One alert to one target. state: 0 waiting, 1 delivered, 2 given up. Whoever raises attempts from what it read has claimed the
-- delivery until next_at, when it is due again.
CREATE TABLE alert_delivery (
  id           BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  alert_id     BLOB    NOT NULL REFERENCES alert (id),
  target_id    BLOB    NOT NULL REFERENCES alert_target (id) ON DELETE CASCADE,
  state        INTEGER NOT NULL,
  attempts     INTEGER NOT NULL,
  next_at      INTEGER NOT NULL,
  problem      TEXT,
  created_at   INTEGER NOT NULL,
  ended_at     INTEGER
) WITHOUT ROWID;

CREATE INDEX alert_delivery_due ON alert_delivery (next_at) WHERE state = 0;
CREATE INDEX alert_delivery_ended ON alert_delivery (ended_at) WHERE state <> 0;
CREATE INDEX alert_delivery_by_alert ON alert_delivery (alert_id);
CREATE INDEX alert_delivery_by_target ON alert_delivery (target_id);
