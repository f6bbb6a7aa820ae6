-- database_id names this database in the files of the settlement journal. sequence is the number of the last journaled
-- settlement that has entered the tables; it changes in the same transaction as they do.
CREATE TABLE journal_state (
  id          INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  database_id BLOB    NOT NULL CHECK (length(database_id) = 16),
  sequence    INTEGER NOT NULL CHECK (sequence >= 0)
);

INSERT INTO journal_state (id, database_id, sequence) VALUES (1, randomblob(16), 0);
