-- When a budget was set, and at which percentages of it owners are told, such as 50,80,100; null for the usual ones.
ALTER TABLE budget ADD COLUMN alert_percents text;
ALTER TABLE budget ADD COLUMN created_at timestamptz NOT NULL DEFAULT 'epoch';
ALTER TABLE budget ADD COLUMN updated_at timestamptz NOT NULL DEFAULT 'epoch';

-- What all budgets of a scope have in common. Stays when they are removed.
CREATE TABLE budget_scope (
  level         smallint NOT NULL,
  scope_id      uuid     NOT NULL,
  includes_byok boolean  NOT NULL,
  PRIMARY KEY (level, scope_id)
);

CREATE TRIGGER budget_scope_changed AFTER INSERT OR UPDATE OR DELETE ON budget_scope
  FOR EACH ROW EXECUTE FUNCTION budget_changed();

-- A deleted workspace stays for statements; its slug is then its id.
ALTER TABLE workspace ADD COLUMN description text;
ALTER TABLE workspace ADD COLUMN created_by uuid;
ALTER TABLE workspace ADD COLUMN updated_at timestamptz;
ALTER TABLE workspace ADD COLUMN deleted_at timestamptz;

-- Below which funds owners are told; null for never.
ALTER TABLE organization ADD COLUMN low_credits_nanos bigint;

-- Who is told. kind: 0 webhook, 1 e-mail. workspace_id is null for alerts of all workspaces and of the organization itself.
-- secret is what webhooks are signed with, sealed and bound to its row.
CREATE TABLE alert_target (
  id              uuid        PRIMARY KEY,
  organization_id uuid        NOT NULL REFERENCES organization (id),
  workspace_id    uuid        REFERENCES workspace (id),
  kind            smallint    NOT NULL,
  address         text        NOT NULL,
  secret          bytea,
  created_at      timestamptz NOT NULL
);

CREATE INDEX alert_target_by_organization ON alert_target (organization_id, created_at);

-- What owners are told, once per key. data is a JSON object.
CREATE TABLE alert (
  id              uuid        PRIMARY KEY,
  key             text        NOT NULL UNIQUE,
  organization_id uuid        NOT NULL,
  workspace_id    uuid,
  kind            text        NOT NULL,
  summary         text        NOT NULL,
  data            text        NOT NULL,
  created_at      timestamptz NOT NULL
);

CREATE INDEX alert_by_organization ON alert (organization_id, created_at);

-- One alert to one target. state: 0 waiting, 1 delivered, 2 given up. Whoever raises attempts from what it read has claimed the
-- delivery until next_at, when it is due again.
CREATE TABLE alert_delivery (
  id           uuid        PRIMARY KEY,
  alert_id     uuid        NOT NULL REFERENCES alert (id),
  target_id    uuid        NOT NULL REFERENCES alert_target (id) ON DELETE CASCADE,
  state        smallint    NOT NULL,
  attempts     integer     NOT NULL,
  next_at      timestamptz NOT NULL,
  problem      text,
  created_at   timestamptz NOT NULL,
  ended_at     timestamptz
);

CREATE INDEX alert_delivery_due ON alert_delivery (next_at) WHERE state = 0;
CREATE INDEX alert_delivery_ended ON alert_delivery (ended_at) WHERE state <> 0;
CREATE INDEX alert_delivery_by_alert ON alert_delivery (alert_id);
CREATE INDEX alert_delivery_by_target ON alert_delivery (target_id);
