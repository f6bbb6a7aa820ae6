-- Several servers on one database. A server is a node: its id is kept in its data folder, its epoch grows whenever it
-- registers. seen_at is the database's time of its last sign of life. What was leased in epochs up to lost_epoch was given
-- to others.
CREATE TABLE node (
  id         uuid        PRIMARY KEY,
  epoch      bigint      NOT NULL,
  lost_epoch bigint      NOT NULL DEFAULT 0,
  started_at timestamptz NOT NULL,
  seen_at    timestamptz NOT NULL,
  stopped    boolean     NOT NULL DEFAULT false
);

-- The number of the last settlement of a node's journal that is in the tables. Apart from the node, so that signs of life do
-- not wait for settlements.
CREATE TABLE node_journal (
  node_id  uuid   PRIMARY KEY REFERENCES node (id),
  sequence bigint NOT NULL CHECK (sequence >= 0)
);

-- Names this database in the files of journals.
CREATE TABLE installation (
  id          integer PRIMARY KEY CHECK (id = 1),
  database_id uuid    NOT NULL
);

INSERT INTO installation (id, database_id) VALUES (1, gen_random_uuid());

-- What a node may spend of a limit by itself: granted - returned - used, which counts as gone for everybody else. used grows
-- in the transaction that adds the same to spending. kind: 0 to 3 as the interval of a budget, 4 the funds of an organization.
-- window_start is the first day of the window, 1970-01-01 where there is only one. Totals only grow.
CREATE TABLE lease (
  level          smallint NOT NULL,
  scope_id       uuid     NOT NULL,
  kind           smallint NOT NULL,
  window_start   date     NOT NULL,
  node_id        uuid     NOT NULL REFERENCES node (id),
  epoch          bigint   NOT NULL,
  granted_nanos  bigint   NOT NULL,
  returned_nanos bigint   NOT NULL DEFAULT 0,
  used_nanos     bigint   NOT NULL DEFAULT 0,
  PRIMARY KEY (level, scope_id, kind, window_start, node_id, epoch)
);

CREATE INDEX lease_by_node ON lease (node_id, epoch);

-- Counts that all servers share, such as requests per day.
CREATE TABLE shared_counter (
  name         text        NOT NULL,
  window_start timestamptz NOT NULL,
  taken        bigint      NOT NULL,
  PRIMARY KEY (name, window_start)
);

-- Which node a hold is open at; null for one of a server before there were nodes.
ALTER TABLE open_hold ADD COLUMN node_id uuid;

-- What was changed by whom does not matter: every node reads it again. xid finds what was committed since, whatever order
-- transactions end in.
CREATE TABLE change (
  id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  xid     xid8        NOT NULL DEFAULT pg_current_xact_id(),
  topic   text        NOT NULL,
  subject text        NOT NULL,
  at      timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX change_by_xid ON change (xid);

-- Tells all nodes of a change, when the transaction is committed.
CREATE FUNCTION note_change(topic text, subject text) RETURNS void LANGUAGE sql AS $$
  INSERT INTO change (topic, subject) VALUES (topic, subject);
  SELECT pg_notify('patchbay_change', '');
$$;

CREATE FUNCTION api_key_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM note_change('key', coalesce(NEW.hash, OLD.hash));
  RETURN NULL;
END
$$;

CREATE TRIGGER api_key_changed AFTER INSERT OR UPDATE OR DELETE ON api_key FOR EACH ROW EXECUTE FUNCTION api_key_changed();

CREATE FUNCTION budget_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM note_change('budget', coalesce(NEW.level, OLD.level)::text || '/' || coalesce(NEW.scope_id, OLD.scope_id)::text);
  RETURN NULL;
END
$$;

CREATE TRIGGER budget_changed AFTER INSERT OR UPDATE OR DELETE ON budget FOR EACH ROW EXECUTE FUNCTION budget_changed();

CREATE FUNCTION catalog_override_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM note_change('catalogue', NEW.subject);
  RETURN NULL;
END
$$;

CREATE TRIGGER catalog_override_changed AFTER INSERT ON catalog_override_change
  FOR EACH ROW EXECUTE FUNCTION catalog_override_changed();

-- What an organization can spend, before leases: credits and promotions; nothing while a payment is disputed.
CREATE FUNCTION spendable_funds(organization uuid) RETURNS bigint LANGUAGE sql STABLE AS $$
  WITH of (id) AS (SELECT replace(organization::text, '-', ''))
  SELECT CASE
    WHEN EXISTS (SELECT FROM of JOIN ledger_account ON name = 'receivable:dispute:' || of.id WHERE balance_nanos <> 0) THEN -1
    ELSE coalesce((SELECT balance_nanos FROM of JOIN ledger_account ON name = 'liability:credits:' || of.id), 0) + coalesce((
      SELECT sum(balance_nanos) FROM of JOIN ledger_account
        ON name COLLATE "C" > 'liability:promo:' || of.id || ':' AND name COLLATE "C" < 'liability:promo:' || of.id || ';'
      WHERE balance_nanos > 0 AND name COLLATE "C" > 'liability:promo:' AND name COLLATE "C" < 'liability:promo;'), 0)::bigint
  END
$$;

-- The limit of a scope: a key may carry its own. Null where there is none.
CREATE FUNCTION budget_limit(of_level smallint, of_scope uuid, of_kind smallint) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT CASE
    WHEN of_level = 3 AND EXISTS (SELECT FROM api_key WHERE id = of_scope AND limit_nanos IS NOT NULL)
    THEN (SELECT limit_nanos FROM api_key WHERE id = of_scope AND limit_reset = of_kind)
    ELSE (SELECT limit_nanos FROM budget WHERE level = of_level AND scope_id = of_scope AND "interval" = of_kind)
  END
$$;

-- What a limit leaves for leases: the limit without what is spent in the window, or the funds. Without a limit, more than
-- anybody has.
CREATE FUNCTION left_to_spend(of_level smallint, of_scope uuid, of_kind smallint, first_day date, after date)
  RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN of_kind = 4 THEN spendable_funds(of_scope)
    ELSE coalesce(
      budget_limit(of_level, of_scope, of_kind) - (
        SELECT coalesce(sum(credits_nanos), 0)::bigint FROM spending
        WHERE level = of_level AND scope_id = of_scope AND day >= first_day AND day < after),
      4611686018427387903)
  END
$$;

-- Leases slices of several limits, all or none. Each limit is locked, widest first, so that what is read of it stays true until
-- the end of the transaction; each is then read in one statement, in which what a node used is either still leased or already
-- spent. A slice is what is wanted, but at most an equal share of half of what is left, and exactly what is needed when little
-- is left. No row means that the node has lost its epoch.
CREATE FUNCTION take_leases(
  for_node uuid, in_epoch bigint, alive interval, levels smallint[], scopes uuid[], kinds smallint[], windows date[],
  ends date[], needs bigint[], wants bigint[])
  RETURNS TABLE (number integer, refused boolean, granted bigint, available bigint, others bigint, tight boolean)
  LANGUAGE plpgsql AS $$
DECLARE
  live bigint;
  slice bigint;
  lefts bigint[] := '{}';
  leased bigint[] := '{}';
  is_refused boolean := false;
BEGIN
  PERFORM FROM node WHERE id = for_node AND epoch = in_epoch AND lost_epoch < in_epoch FOR SHARE;
  IF NOT FOUND THEN
    RETURN;
  END IF;

  SELECT count(*) INTO live FROM node WHERE NOT stopped AND seen_at > clock_timestamp() - alive;
  FOR i IN 1 .. cardinality(levels) LOOP
    PERFORM pg_advisory_xact_lock(hashtextextended(
      levels[i]::text || '/' || scopes[i]::text || '/' || kinds[i]::text || '/' || windows[i]::text, 7301));
    SELECT left_to_spend(levels[i], scopes[i], kinds[i], windows[i], ends[i])
        - coalesce(sum(greatest(granted_nanos - returned_nanos - used_nanos, 0)), 0)::bigint,
      coalesce(sum(greatest(granted_nanos - returned_nanos - used_nanos, 0)) FILTER (WHERE node_id <> for_node), 0)::bigint
    INTO available, others
    FROM lease l
    WHERE l.level = levels[i] AND l.scope_id = scopes[i] AND l.kind = kinds[i] AND l.window_start = windows[i];
    lefts := lefts || available;
    leased := leased || others;
    is_refused := is_refused OR needs[i] > available;
  END LOOP;

  FOR i IN 1 .. cardinality(levels) LOOP
    number := i;
    others := leased[i];
    refused := needs[i] > lefts[i];
    tight := lefts[i] < greatest(500000000, 20 * least(needs[i], 100000000000000));
    slice := CASE
      WHEN is_refused THEN 0
      WHEN tight THEN needs[i]
      ELSE greatest(needs[i], least(wants[i], lefts[i] / (2 * greatest(live, 1))))
    END;
    available := lefts[i] - slice;
    IF refused AND others > 0 THEN
      PERFORM pg_notify('patchbay_wanted',
        levels[i]::text || '/' || scopes[i]::text || '/' || kinds[i]::text || '/' || windows[i]::text);
    END IF;

    INSERT INTO lease AS l (level, scope_id, kind, window_start, node_id, epoch, granted_nanos)
    VALUES (levels[i], scopes[i], kinds[i], windows[i], for_node, in_epoch, slice)
    ON CONFLICT (level, scope_id, kind, window_start, node_id, epoch)
      DO UPDATE SET granted_nanos = l.granted_nanos + excluded.granted_nanos
    RETURNING l.granted_nanos INTO granted;
    RETURN NEXT;
  END LOOP;
END
$$;

-- Counts up to what is wanted in a window, at least what is needed; 0 when not even that is left.
CREATE FUNCTION take_counter(of_name text, of_window timestamptz, need bigint, want bigint, most bigint)
  RETURNS TABLE (got bigint, remaining bigint) LANGUAGE plpgsql AS $$
DECLARE
  before bigint;
BEGIN
  INSERT INTO shared_counter (name, window_start, taken) VALUES (of_name, of_window, 0) ON CONFLICT DO NOTHING;
  SELECT taken INTO before FROM shared_counter WHERE name = of_name AND window_start = of_window FOR UPDATE;
  got := CASE WHEN before + need > most THEN 0 ELSE greatest(need, least(want, (most - before) / 40)) END;
  remaining := greatest(most - before - got, 0);
  UPDATE shared_counter SET taken = taken + got WHERE name = of_name AND window_start = of_window AND got > 0;
  RETURN NEXT;
END
$$;
