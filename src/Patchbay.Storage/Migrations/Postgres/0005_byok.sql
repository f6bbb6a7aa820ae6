-- Callers' own provider keys. secret is sealed and bound to its row; it is empty once the row is deleted. The lists are JSON
-- arrays of texts. revision numbers the changes of all rows: the one with the highest was changed last.
CREATE TABLE byok_key (
  id              uuid        PRIMARY KEY,
  organization_id uuid        NOT NULL REFERENCES organization (id),
  workspace_id    uuid        REFERENCES workspace (id),
  provider        text        NOT NULL,
  name            text,
  label           text        NOT NULL,
  allowed_models  text,
  allowed_hashes  text,
  allowed_users   text,
  disabled        boolean     NOT NULL,
  is_fallback     boolean     NOT NULL,
  is_required     boolean     NOT NULL,
  is_byok_only    boolean     NOT NULL,
  declared_zdr    boolean,
  sort_order      integer     NOT NULL,
  secret_version  integer     NOT NULL,
  secret          bytea       NOT NULL,
  created_at      timestamptz NOT NULL,
  deleted_at      timestamptz,
  revision        bigint      NOT NULL UNIQUE
);

CREATE INDEX byok_key_by_organization ON byok_key (organization_id, provider, sort_order);

-- The key of each organization's secrets, wrapped by the key-encryption key of this id.
CREATE TABLE data_key (
  organization_id uuid        PRIMARY KEY,
  key_id          text        NOT NULL,
  wrapped         bytea       NOT NULL,
  created_at      timestamptz NOT NULL
);

-- fee: the part of the charge that is our fee for a call on an own key. discount: what the charge is lower by because the
-- workspace lets its prompts be used.
ALTER TABLE generation ADD COLUMN fee_nanos bigint NOT NULL DEFAULT 0;
ALTER TABLE generation ADD COLUMN discount_nanos bigint NOT NULL DEFAULT 0;

ALTER TABLE workspace ADD COLUMN logging_discount boolean NOT NULL DEFAULT false;
