-- level: 0 organization, 1 workspace, 3 key. scope_id is all zeros for everybody of the level. What is null is not limited.
CREATE TABLE rate_limit (
  level               INTEGER NOT NULL,
  scope_id            BLOB    NOT NULL CHECK (length(scope_id) = 16),
  requests_per_minute INTEGER CHECK (requests_per_minute > 0),
  tokens_per_minute   INTEGER CHECK (tokens_per_minute > 0),
  concurrency         INTEGER CHECK (concurrency > 0),
  priority            INTEGER NOT NULL,
  PRIMARY KEY (level, scope_id)
) WITHOUT ROWID;
