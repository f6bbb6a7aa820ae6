-- Callers' own provider keys. secret is sealed and bound to its row; it is empty once the row is deleted. The lists are JSON
-- arrays of texts. revision numbers the changes of all rows: the one with the highest was changed last.
CREATE TABLE byok_key (
  id              BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  organization_id BLOB    NOT NULL REFERENCES organization (id),
  workspace_id    BLOB    REFERENCES workspace (id),
  provider        TEXT    NOT NULL,
  name            TEXT,
  label           TEXT    NOT NULL,
  allowed_models  TEXT,
  allowed_hashes  TEXT,
  allowed_users   TEXT,
  disabled        INTEGER NOT NULL,
  is_fallback     INTEGER NOT NULL,
  is_required     INTEGER NOT NULL,
  is_byok_only    INTEGER NOT NULL,
  declared_zdr    INTEGER,
  sort_order      INTEGER NOT NULL,
  secret_version  INTEGER NOT NULL,
  secret          BLOB    NOT NULL,
  created_at      INTEGER NOT NULL,
  deleted_at      INTEGER,
  revision        INTEGER NOT NULL UNIQUE
) WITHOUT ROWID;

CREATE INDEX byok_key_by_organization ON byok_key (organization_id, provider, sort_order);

-- The key of each organization's secrets, wrapped by the key-encryption key of this id.
CREATE TABLE data_key (
  organization_id BLOB    NOT NULL PRIMARY KEY CHECK (length(organization_id) = 16),
  key_id          TEXT    NOT NULL,
  wrapped         BLOB    NOT NULL,
  created_at      INTEGER NOT NULL
) WITHOUT ROWID;

-- fee: the part of the charge that is our fee for a call on an own key. discount: what the charge is lower by because the
-- workspace lets its prompts be used.
ALTER TABLE generation ADD COLUMN fee_nanos INTEGER NOT NULL DEFAULT 0;
ALTER TABLE generation ADD COLUMN discount_nanos INTEGER NOT NULL DEFAULT 0;

ALTER TABLE workspace ADD COLUMN logging_discount INTEGER NOT NULL DEFAULT 0;
