-- Sums of generations by hour (grain 1) and by day (grain 2), bucket being the first unix millisecond. What is unset is
-- empty. usage_roller says how far they reach: each generation of a batch up to batch_id is in them once, with hours from
-- hours_from on.
CREATE TABLE usage_rollup (
  grain           INTEGER NOT NULL,
  organization_id BLOB    NOT NULL,
  bucket          INTEGER NOT NULL,
  workspace_id    BLOB    NOT NULL,
  key_id          BLOB    NOT NULL,
  member_id       BLOB    NOT NULL,
  model           TEXT    NOT NULL,
  provider_name   TEXT    NOT NULL,
  endpoint_id     TEXT    NOT NULL,
  api_type        TEXT    NOT NULL,
  outcome         INTEGER NOT NULL,
  is_byok         INTEGER NOT NULL,
  requests        INTEGER NOT NULL,
  charge          INTEGER NOT NULL CHECK (typeof(charge) = 'integer'),
  cost            INTEGER NOT NULL CHECK (typeof(cost) = 'integer'),
  loss            INTEGER NOT NULL CHECK (typeof(loss) = 'integer'),
  prompt          INTEGER NOT NULL,
  completion      INTEGER NOT NULL,
  thinking        INTEGER NOT NULL,
  cached          INTEGER NOT NULL,
  cache_written   INTEGER NOT NULL,
  pictures_in     INTEGER NOT NULL,
  pictures_out    INTEGER NOT NULL,
  lookups         INTEGER NOT NULL,
  timed           INTEGER NOT NULL,
  latency         INTEGER NOT NULL,
  timed_tokens    INTEGER NOT NULL,
  generating      INTEGER NOT NULL,
  PRIMARY KEY (grain, organization_id, bucket, workspace_id, key_id, member_id, model, provider_name, endpoint_id, api_type,
    outcome, is_byok)
) WITHOUT ROWID;

CREATE TABLE usage_roller (
  id         INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  batch_id   INTEGER NOT NULL,
  hours_from INTEGER NOT NULL
);
INSERT INTO usage_roller (id, batch_id, hours_from) VALUES (1, 0, 0);

CREATE INDEX generation_by_batch ON generation (batch_id);
