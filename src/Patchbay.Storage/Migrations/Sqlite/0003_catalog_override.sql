-- What operators have decided of models and endpoints, over the facts that were synced or are built in. subject is a
-- model's slug or an endpoint's id; facts is a JSON object of texts.
CREATE TABLE catalog_override (
  subject TEXT    NOT NULL PRIMARY KEY,
  facts   TEXT    NOT NULL,
  note    TEXT,
  author  TEXT    NOT NULL,
  set_at  INTEGER NOT NULL
) WITHOUT ROWID;

-- Every change of it, for good. Servers compare the last revision with the one they have. facts is null where the
-- override was removed.
CREATE TABLE catalog_override_change (
  revision   INTEGER NOT NULL PRIMARY KEY,
  subject    TEXT    NOT NULL,
  facts      TEXT,
  note       TEXT,
  author     TEXT    NOT NULL,
  changed_at INTEGER NOT NULL
);
