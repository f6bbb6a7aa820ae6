-- What operators have decided of models and endpoints, over the facts that were synced or are built in. subject is a
-- model's slug or an endpoint's id; facts is a JSON object of texts.
CREATE TABLE catalog_override (
  subject text        PRIMARY KEY,
  facts   text        NOT NULL,
  note    text,
  author  text        NOT NULL,
  set_at  timestamptz NOT NULL
);

-- Every change of it, for good. Servers compare the last revision with the one they have. facts is null where the
-- override was removed.
CREATE TABLE catalog_override_change (
  revision   bigint      PRIMARY KEY,
  subject    text        NOT NULL,
  facts      text,
  note       text,
  author     text        NOT NULL,
  changed_at timestamptz NOT NULL
);
