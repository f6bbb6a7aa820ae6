-- Money is nano-USD in bigint. Days are UTC dates.

CREATE FUNCTION unix_ms(moment timestamptz) RETURNS bigint
  LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN floor(extract(epoch FROM moment) * 1000)::bigint;

CREATE TABLE organization (
  id         uuid        PRIMARY KEY,
  slug       text        NOT NULL UNIQUE,
  name       text        NOT NULL,
  created_at timestamptz NOT NULL
);

CREATE TABLE workspace (
  id              uuid        PRIMARY KEY,
  organization_id uuid        NOT NULL REFERENCES organization (id),
  slug            text        NOT NULL,
  name            text        NOT NULL,
  created_at      timestamptz NOT NULL,
  UNIQUE (organization_id, slug)
);

CREATE TABLE app_user (
  id         uuid        PRIMARY KEY,
  email      text        UNIQUE,
  name       text        NOT NULL,
  created_at timestamptz NOT NULL
);

CREATE TABLE member (
  id              uuid        PRIMARY KEY,
  organization_id uuid        NOT NULL REFERENCES organization (id),
  user_id         uuid        NOT NULL REFERENCES app_user (id),
  role            smallint    NOT NULL,
  created_at      timestamptz NOT NULL,
  UNIQUE (organization_id, user_id)
);

CREATE TABLE api_key (
  id                    uuid        PRIMARY KEY,
  hash                  text        NOT NULL UNIQUE CHECK (length(hash) = 64),
  name                  text        NOT NULL,
  label                 text        NOT NULL,
  organization_id       uuid        NOT NULL REFERENCES organization (id),
  workspace_id          uuid        NOT NULL REFERENCES workspace (id),
  member_id             uuid        REFERENCES member (id),
  creator_user_id       uuid        REFERENCES app_user (id),
  limit_nanos           bigint,
  limit_reset           smallint    NOT NULL,
  include_byok_in_limit boolean     NOT NULL,
  expires_at            timestamptz,
  disabled              boolean     NOT NULL,
  is_management         boolean     NOT NULL,
  created_at            timestamptz NOT NULL,
  updated_at            timestamptz
);

CREATE INDEX api_key_by_organization ON api_key (organization_id, created_at);

-- level: 0 organization, 1 workspace, 2 member, 3 key, 4 guardrail. interval: 0 never, 1 daily, 2 weekly, 3 monthly.
CREATE TABLE budget (
  level       smallint NOT NULL,
  scope_id    uuid     NOT NULL,
  "interval"  smallint NOT NULL,
  limit_nanos bigint   NOT NULL,
  PRIMARY KEY (level, scope_id, "interval")
);

CREATE TABLE spending (
  level         smallint NOT NULL,
  scope_id      uuid     NOT NULL,
  day           date     NOT NULL,
  credits_nanos bigint   NOT NULL,
  byok_nanos    bigint   NOT NULL,
  requests      bigint   NOT NULL,
  PRIMARY KEY (level, scope_id, day)
);

-- A unique index of a partitioned table must contain the partition key, so it cannot say "this id once" by itself: the
-- same id with another created_at would pass. generation_key says it: a settlement first takes its id here, in the same
-- transaction, and writes the rest only when the id was free. created_at leads a look-up by id to its partition.
CREATE TABLE generation_key (
  id         text        PRIMARY KEY,
  created_at timestamptz NOT NULL,
  batch_id   bigint      NOT NULL
);

-- One row per generation, never changed. attempts is null when there was none, or one that succeeded and is described
-- by the row itself.
CREATE TABLE generation (
  id                   text        NOT NULL,
  batch_id             bigint      NOT NULL,
  created_at           timestamptz NOT NULL,
  organization_id      uuid        NOT NULL,
  workspace_id         uuid        NOT NULL,
  key_id               uuid,
  member_id            uuid,
  model                text        NOT NULL,
  provider_name        text,
  endpoint_id          text,
  upstream_id          text,
  api_type             text        NOT NULL,
  streamed             boolean     NOT NULL,
  outcome              smallint    NOT NULL,
  error_code           text,
  finish_reason        text,
  native_finish_reason text,
  uncached_input       bigint,
  cache_read           bigint,
  cache_write          bigint,
  cache_write_1h       bigint,
  audio_input          bigint,
  output               bigint,
  reasoning            bigint,
  audio_output         bigint,
  images_in            bigint,
  images_out           bigint,
  searches             bigint,
  usage_estimated      boolean     NOT NULL,
  charge_nanos         bigint      NOT NULL CHECK (charge_nanos >= 0),
  provider_cost_nanos  bigint      NOT NULL CHECK (provider_cost_nanos >= 0),
  loss_nanos           bigint      NOT NULL CHECK (loss_nanos >= 0),
  is_byok              boolean     NOT NULL,
  price_version        bigint      NOT NULL,
  latency_ms           integer,
  duration_ms          integer     NOT NULL,
  service_tier         text,
  session_id           text,
  external_user        text,
  user_agent           text,
  referer              text,
  attempt_status       integer,
  attempt_latency_ms   integer,
  attempts             text
) PARTITION BY RANGE (created_at);

CREATE TABLE generation_default PARTITION OF generation DEFAULT;

CREATE UNIQUE INDEX generation_by_id ON generation (id, created_at);
CREATE INDEX generation_by_organization ON generation (organization_id, created_at);
CREATE INDEX generation_by_workspace ON generation (workspace_id, created_at);

-- Makes the partition of a UTC day. A day that already has rows in the default partition stays there.
CREATE FUNCTION ensure_generation_partition(day date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  partition_name text := 'generation_' || to_char(day, 'YYYYMMDD');
BEGIN
  PERFORM pg_advisory_xact_lock(7301, 3);
  IF to_regclass(partition_name) IS NULL THEN
    EXECUTE format('CREATE TABLE %I PARTITION OF generation FOR VALUES FROM (%L) TO (%L)',
      partition_name, day::text || ' 00:00:00+00', (day + 1)::text || ' 00:00:00+00');
  END IF;
EXCEPTION WHEN check_violation THEN
  RAISE NOTICE 'The default partition already holds generations of %', day;
END
$$;

-- Balances are credits minus debits: projections of ledger_entry.
CREATE TABLE ledger_account (
  name          text   PRIMARY KEY,
  balance_nanos bigint NOT NULL
);

-- kind: 0 settlements, 1 a posting that no generation caused. hash covers previous_hash, this row and its entries.
CREATE TABLE ledger_batch (
  id            bigint      PRIMARY KEY,
  kind          smallint    NOT NULL,
  created_at    timestamptz NOT NULL,
  generations   bigint      NOT NULL,
  charge_nanos  bigint      NOT NULL,
  previous_hash bytea       NOT NULL CHECK (length(previous_hash) = 32),
  hash          bytea       NOT NULL CHECK (length(hash) = 32)
);

CREATE TABLE ledger_entry (
  batch_id     bigint      NOT NULL REFERENCES ledger_batch (id),
  number       integer     NOT NULL,
  debit        text        NOT NULL,
  credit       text        NOT NULL,
  amount_nanos bigint      NOT NULL CHECK (amount_nanos > 0),
  reference    text        NOT NULL UNIQUE,
  created_at   timestamptz NOT NULL,
  PRIMARY KEY (batch_id, number)
);

CREATE TABLE open_hold (
  generation_id        text        PRIMARY KEY,
  created_at           timestamptz NOT NULL,
  organization_id      uuid        NOT NULL,
  workspace_id         uuid        NOT NULL,
  key_id               uuid,
  member_id            uuid,
  model                text        NOT NULL,
  provider_name        text,
  provider_slug        text,
  endpoint_id          text,
  streamed             boolean     NOT NULL,
  amount_nanos         bigint      NOT NULL,
  estimated_cost_nanos bigint      NOT NULL
);

-- Written by readiness checks, to learn whether the database takes writes.
CREATE TABLE readiness (
  id         integer     PRIMARY KEY CHECK (id = 1),
  checked_at timestamptz NOT NULL
);
