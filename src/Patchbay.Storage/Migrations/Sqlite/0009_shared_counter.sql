-- Counts such as requests per day. taken is what the next start goes on from: while the server runs, a few more than were
-- counted.
CREATE TABLE shared_counter (
  name         TEXT    NOT NULL,
  window_start INTEGER NOT NULL,
  taken        INTEGER NOT NULL,
  PRIMARY KEY (name, window_start)
) WITHOUT ROWID;
