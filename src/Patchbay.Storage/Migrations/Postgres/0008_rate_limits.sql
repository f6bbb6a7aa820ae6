-- level: 0 organization, 1 workspace, 3 key. scope_id is all zeros for everybody of the level. What is null is not limited.
CREATE TABLE rate_limit (
  level               smallint NOT NULL,
  scope_id            uuid     NOT NULL,
  requests_per_minute bigint   CHECK (requests_per_minute > 0),
  tokens_per_minute   bigint   CHECK (tokens_per_minute > 0),
  concurrency         integer  CHECK (concurrency > 0),
  priority            integer  NOT NULL,
  PRIMARY KEY (level, scope_id)
);

-- Counts of the last 62 seconds for all servers: what is set aside for a server may be used up to a second later.
-- counts[1 + second % 62] belongs to that second, as long as it is not more than 61 before the last one. Lost after a crash of
-- the database, which only makes limits generous for a minute.
CREATE UNLOGGED TABLE rate_minute (
  name   text     PRIMARY KEY,
  second bigint   NOT NULL,
  counts bigint[] NOT NULL
);

-- Adds what was used beyond what was counted before, and then counts need at least and want at most, within the limit, or
-- nothing. wait is after how many seconds there may be room. The clock of the database is the only one that counts.
CREATE FUNCTION take_minute(
  of_name text, used_more bigint, need bigint, want bigint, most bigint, OUT got bigint, OUT remaining bigint, OUT wait integer)
LANGUAGE plpgsql AS $$
DECLARE
  now_second bigint;
  last_second bigint;
  sums bigint[];
  total bigint;
  ahead bigint;
  i integer;
BEGIN
  INSERT INTO rate_minute (name, second, counts) VALUES (of_name, 0, array_fill(0::bigint, ARRAY[62]))
  ON CONFLICT (name) DO NOTHING;
  SELECT second, counts INTO last_second, sums FROM rate_minute WHERE name = of_name FOR UPDATE;
  now_second := greatest(last_second, floor(extract(epoch FROM clock_timestamp()))::bigint);
  FOR i IN 1 .. least(62, now_second - last_second) LOOP
    sums[1 + (last_second + i) % 62] := 0;
  END LOOP;

  -- What is taken back may have been counted in an earlier second.
  sums[1 + now_second % 62] := sums[1 + now_second % 62] + used_more;
  FOR i IN 0 .. 60 LOOP
    EXIT WHEN sums[1 + (now_second - i + 62) % 62] >= 0;
    sums[1 + (now_second - i + 61) % 62] := sums[1 + (now_second - i + 61) % 62] + sums[1 + (now_second - i + 62) % 62];
    sums[1 + (now_second - i + 62) % 62] := 0;
  END LOOP;

  SELECT coalesce(sum(greatest(0, c)), 0) INTO total FROM unnest(sums) AS c;
  got := 0;
  wait := 0;
  IF total + need <= most AND total < most THEN
    got := greatest(need, least(want, (most - total) / 4));
  ELSE
    ahead := total;
    WHILE ahead + greatest(need, 1) > most AND wait < 62 LOOP
      wait := wait + 1;
      ahead := ahead - sums[1 + (now_second + wait) % 62];
    END LOOP;
  END IF;

  sums[1 + now_second % 62] := greatest(0, sums[1 + now_second % 62]) + got;
  UPDATE rate_minute SET second = now_second, counts = sums WHERE name = of_name;
  remaining := greatest(0, most - total - got);
END
$$;
