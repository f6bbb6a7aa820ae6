-- A budget and conditions of routing. reset_interval as the interval of a budget. is_default: for all traffic of the workspace.
-- policy is a JSON object of what endpoints may be used.
CREATE TABLE guardrail (
  id              BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  organization_id BLOB    NOT NULL REFERENCES organization (id),
  workspace_id    BLOB    NOT NULL REFERENCES workspace (id),
  is_default      INTEGER NOT NULL,
  name            TEXT    NOT NULL,
  description     TEXT,
  limit_nanos     INTEGER CHECK (limit_nanos > 0),
  reset_interval  INTEGER NOT NULL,
  includes_byok   INTEGER NOT NULL,
  policy          TEXT,
  created_at      INTEGER NOT NULL,
  updated_at      INTEGER
) WITHOUT ROWID;

CREATE INDEX guardrail_by_workspace ON guardrail (workspace_id, created_at);
CREATE INDEX guardrail_by_organization ON guardrail (organization_id);

-- To a key or to a member, each of which has one at most.
CREATE TABLE guardrail_assignment (
  id              BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  organization_id BLOB    NOT NULL,
  guardrail_id    BLOB    NOT NULL REFERENCES guardrail (id) ON DELETE CASCADE,
  key_id          BLOB    UNIQUE REFERENCES api_key (id) ON DELETE CASCADE,
  member_id       BLOB    UNIQUE REFERENCES member (id) ON DELETE CASCADE,
  assigned_by     BLOB,
  created_at      INTEGER NOT NULL,
  CHECK ((key_id IS NULL) <> (member_id IS NULL))
) WITHOUT ROWID;

CREATE INDEX guardrail_assignment_by_guardrail ON guardrail_assignment (guardrail_id, created_at);
CREATE INDEX guardrail_assignment_by_organization ON guardrail_assignment (organization_id, created_at);

-- Level 4: a member in a workspace, whose id is made of the last eight bytes of both.
INSERT INTO spending (level, scope_id, day, credits_nanos, byok_nanos, requests)
SELECT 4, CAST(substr(workspace_id, 9, 8) || substr(member_id, 9, 8) AS BLOB), created_at / 86400000,
  sum(charge_nanos), sum(CASE WHEN is_byok THEN provider_cost_nanos ELSE 0 END), count(*)
FROM generation WHERE member_id IS NOT NULL
GROUP BY 2, 3;
