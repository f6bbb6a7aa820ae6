-- A budget and conditions of routing. reset_interval as the interval of a budget. is_default: for all traffic of the workspace.
-- policy is a JSON object of what endpoints may be used.
CREATE TABLE guardrail (
  id              uuid        PRIMARY KEY,
  organization_id uuid        NOT NULL REFERENCES organization (id),
  workspace_id    uuid        NOT NULL REFERENCES workspace (id),
  is_default      boolean     NOT NULL,
  name            text        NOT NULL,
  description     text,
  limit_nanos     bigint      CHECK (limit_nanos > 0),
  reset_interval  smallint    NOT NULL,
  includes_byok   boolean     NOT NULL,
  policy          text,
  created_at      timestamptz NOT NULL,
  updated_at      timestamptz
);

CREATE INDEX guardrail_by_workspace ON guardrail (workspace_id, created_at);
CREATE INDEX guardrail_by_organization ON guardrail (organization_id);

-- To a key or to a member, each of which has one at most.
CREATE TABLE guardrail_assignment (
  id              uuid        PRIMARY KEY,
  organization_id uuid        NOT NULL,
  guardrail_id    uuid        NOT NULL REFERENCES guardrail (id) ON DELETE CASCADE,
  key_id          uuid        UNIQUE REFERENCES api_key (id) ON DELETE CASCADE,
  member_id       uuid        UNIQUE REFERENCES member (id) ON DELETE CASCADE,
  assigned_by     uuid,
  created_at      timestamptz NOT NULL,
  CHECK ((key_id IS NULL) <> (member_id IS NULL))
);

CREATE INDEX guardrail_assignment_by_guardrail ON guardrail_assignment (guardrail_id, created_at);
CREATE INDEX guardrail_assignment_by_organization ON guardrail_assignment (organization_id, created_at);

-- What an id gives to the id of a seat (level 4: a member in a workspace): its last eight bytes.
CREATE FUNCTION seat_part(id uuid) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT right(replace(id::text, '-', ''), 16)
$$;

CREATE INDEX guardrail_by_seat ON guardrail (seat_part(workspace_id)) WHERE is_default;

INSERT INTO spending (level, scope_id, day, credits_nanos, byok_nanos, requests)
SELECT 4, (seat_part(workspace_id) || seat_part(member_id))::uuid, (created_at AT TIME ZONE 'UTC')::date,
  sum(charge_nanos)::bigint, sum(CASE WHEN is_byok THEN provider_cost_nanos ELSE 0 END)::bigint, count(*)
FROM generation WHERE member_id IS NOT NULL
GROUP BY 2, 3;

-- Tells all nodes that guardrails of an organization have changed. Of assignments the program tells, once for many.
CREATE FUNCTION guardrail_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM note_change('guardrail', coalesce(NEW.organization_id, OLD.organization_id)::text);
  RETURN NULL;
END
$$;

CREATE TRIGGER guardrail_changed AFTER INSERT OR UPDATE OR DELETE ON guardrail
  FOR EACH ROW EXECUTE FUNCTION guardrail_changed();

-- The limit of a scope, and those that guardrails set to it: the lowest. A key may carry its own. Null where there is none.
CREATE OR REPLACE FUNCTION budget_limit(of_level smallint, of_scope uuid, of_kind smallint) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT least(
    CASE
      WHEN of_level = 3 AND EXISTS (SELECT FROM api_key WHERE id = of_scope AND limit_nanos IS NOT NULL)
      THEN (SELECT limit_nanos FROM api_key WHERE id = of_scope AND limit_reset = of_kind)
      ELSE (SELECT limit_nanos FROM budget WHERE level = of_level AND scope_id = of_scope AND "interval" = of_kind)
    END,
    CASE of_level
      WHEN 2 THEN (
        SELECT g.limit_nanos FROM guardrail_assignment a JOIN guardrail g ON g.id = a.guardrail_id
        WHERE a.member_id = of_scope AND g.reset_interval = of_kind)
      WHEN 3 THEN (
        SELECT g.limit_nanos FROM guardrail_assignment a JOIN guardrail g ON g.id = a.guardrail_id
        WHERE a.key_id = of_scope AND g.reset_interval = of_kind)
      WHEN 4 THEN (
        SELECT min(limit_nanos) FROM guardrail
        WHERE is_default AND reset_interval = of_kind AND seat_part(workspace_id) = left(replace(of_scope::text, '-', ''), 16))
    END,
    CASE WHEN of_level = 3 THEN (
      SELECT g.limit_nanos FROM api_key k JOIN guardrail g ON g.workspace_id = k.workspace_id
      WHERE k.id = of_scope AND g.is_default AND g.reset_interval = of_kind)
    END)
$$;
