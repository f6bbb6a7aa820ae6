-- Slices of limits that include own provider keys, and of the month's list price that is free of a fee. Kinds of leases: 0 to 3 as
-- the interval of a budget, 4 the funds of an organization, 5 to 8 budgets that include own provider keys, 9 the allowance.

-- The list price on own provider keys for which no fee was taken, by month.
CREATE TABLE byok_allowance (
  organization_id uuid   NOT NULL,
  month           date   NOT NULL,
  free_nanos      bigint NOT NULL,
  PRIMARY KEY (organization_id, month)
);

-- Until now all of it counted.
INSERT INTO byok_allowance (organization_id, month, free_nanos)
SELECT scope_id, date_trunc('month', day)::date, sum(byok_nanos) FROM spending
WHERE level = 0 AND byok_nanos > 0 AND day >= (clock_timestamp() AT TIME ZONE 'UTC')::date - 62
GROUP BY 1, 2;

-- As left_to_spend, for all kinds. The limit of an allowance is in the servers' settings.
CREATE FUNCTION left_to_lease(of_level smallint, of_scope uuid, of_kind smallint, first_day date, after date, own_limit bigint)
  RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT CASE
    WHEN of_kind = 9 THEN own_limit - coalesce(
      (SELECT free_nanos FROM byok_allowance WHERE organization_id = of_scope AND month = first_day), 0)
    WHEN of_kind >= 5 THEN coalesce(
      budget_limit(of_level, of_scope, (of_kind - 5)::smallint) - (
        SELECT coalesce(sum(credits_nanos + byok_nanos), 0)::bigint FROM spending
        WHERE level = of_level AND scope_id = of_scope AND day >= first_day AND day < after),
      4611686018427387903)
    ELSE left_to_spend(of_level, of_scope, of_kind, first_day, after)
  END
$$;

-- As before, with two differences. What is leased of a limit without own provider keys counts for the same limit with them, and
-- the other way round, so that changing that passes no limit. Of an allowance all that is left is leased where that is too
-- little: such a request is refused, but nothing that was asked for with it.
CREATE FUNCTION take_leases(
  for_node uuid, in_epoch bigint, alive interval, levels smallint[], scopes uuid[], kinds smallint[], windows date[],
  ends date[], needs bigint[], wants bigint[], own_limits bigint[])
  RETURNS TABLE (number integer, refused boolean, granted bigint, available bigint, others bigint, tight boolean)
  LANGUAGE plpgsql AS $$
DECLARE
  live bigint;
  slice bigint;
  plain smallint;
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
    plain := CASE WHEN kinds[i] BETWEEN 5 AND 8 THEN kinds[i] - 5 ELSE kinds[i] END;
    PERFORM pg_advisory_xact_lock(hashtextextended(
      levels[i]::text || '/' || scopes[i]::text || '/' || plain::text || '/' || windows[i]::text, 7301));
    SELECT left_to_lease(levels[i], scopes[i], kinds[i], windows[i], ends[i], own_limits[i])
        - coalesce(sum(greatest(granted_nanos - returned_nanos - used_nanos, 0)), 0)::bigint,
      coalesce(sum(greatest(granted_nanos - returned_nanos - used_nanos, 0)) FILTER (WHERE node_id <> for_node), 0)::bigint
    INTO available, others
    FROM lease l
    WHERE l.level = levels[i] AND l.scope_id = scopes[i] AND l.window_start = windows[i]
      AND l.kind IN (kinds[i], plain, CASE WHEN plain <= 3 THEN plain + 5 ELSE plain END);
    lefts := lefts || available;
    leased := leased || others;
    is_refused := is_refused OR (needs[i] > available AND kinds[i] <> 9);
  END LOOP;

  FOR i IN 1 .. cardinality(levels) LOOP
    number := i;
    others := leased[i];
    refused := needs[i] > lefts[i];
    tight := lefts[i] < greatest(500000000, 20 * least(needs[i], 100000000000000));
    slice := CASE
      WHEN is_refused THEN 0
      WHEN refused THEN greatest(lefts[i], 0)
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

-- How servers of earlier versions ask.
CREATE OR REPLACE FUNCTION take_leases(
  for_node uuid, in_epoch bigint, alive interval, levels smallint[], scopes uuid[], kinds smallint[], windows date[],
  ends date[], needs bigint[], wants bigint[])
  RETURNS TABLE (number integer, refused boolean, granted bigint, available bigint, others bigint, tight boolean)
  LANGUAGE sql AS $$
  SELECT * FROM take_leases(for_node, in_epoch, alive, levels, scopes, kinds, windows, ends, needs, wants, '{}')
$$;
