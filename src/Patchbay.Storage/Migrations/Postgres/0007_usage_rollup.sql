-- Sums of generations by hour (grain 1) and by day (grain 2), bucket being the first unix millisecond. What is unset is
-- empty, for ids the id of zeros. usage_roller says how far they reach: each generation of a batch up to batch_id is in them
-- once, with hours from hours_from on.
CREATE TABLE usage_rollup (
  grain           smallint NOT NULL,
  organization_id uuid     NOT NULL,
  bucket          bigint   NOT NULL,
  workspace_id    uuid     NOT NULL,
  key_id          uuid     NOT NULL,
  member_id       uuid     NOT NULL,
  model           text     NOT NULL,
  provider_name   text     NOT NULL,
  endpoint_id     text     NOT NULL,
  api_type        text     NOT NULL,
  outcome         smallint NOT NULL,
  is_byok         boolean  NOT NULL,
  requests        bigint   NOT NULL,
  charge          bigint   NOT NULL,
  cost            bigint   NOT NULL,
  loss            bigint   NOT NULL,
  prompt          bigint   NOT NULL,
  completion      bigint   NOT NULL,
  thinking        bigint   NOT NULL,
  cached          bigint   NOT NULL,
  cache_written   bigint   NOT NULL,
  pictures_in     bigint   NOT NULL,
  pictures_out    bigint   NOT NULL,
  lookups         bigint   NOT NULL,
  timed           bigint   NOT NULL,
  latency         bigint   NOT NULL,
  timed_tokens    bigint   NOT NULL,
  generating      bigint   NOT NULL,
  PRIMARY KEY (grain, organization_id, bucket, workspace_id, key_id, member_id, model, provider_name, endpoint_id, api_type,
    outcome, is_byok)
);

CREATE TABLE usage_roller (
  id         integer PRIMARY KEY CHECK (id = 1),
  batch_id   bigint  NOT NULL,
  hours_from bigint  NOT NULL
);
INSERT INTO usage_roller (id, batch_id, hours_from) VALUES (1, 0, 0);

-- Batches come in their order, so that a summary of page ranges finds the newest and costs the settlements next to nothing.
CREATE INDEX generation_by_batch ON generation USING brin (batch_id) WITH (pages_per_range = 32, autosummarize = on);
