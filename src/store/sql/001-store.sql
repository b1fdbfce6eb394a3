-- The store's own tables. Types are INTEGER, REAL, TEXT and BLOB; see store.h for what PostgreSQL makes of them.

-- Which SQL files have run, so that each runs once and a changed one is noticed.
CREATE TABLE migration (
    room TEXT NOT NULL,     -- the room it belongs to: "catalog"
    name TEXT NOT NULL,     -- the file's name: "001-catalog.sql"; files run in the order of their names
    hash BLOB NOT NULL,     -- SHA-256 of the file as it ran
    at   INTEGER NOT NULL,  -- when it ran: microseconds since 1970 UTC
    PRIMARY KEY (room, name)
);

-- One row: where the sequence of changes stands. Written once per group of transactions, in their commit.
CREATE TABLE node_seq (
    id    INTEGER PRIMARY KEY CHECK (id = 1), -- there is one row
    seq   INTEGER NOT NULL CHECK (seq >= 0),  -- the last number given; 0 before the first change
    at    INTEGER NOT NULL,                   -- the instant of that change; no later change is earlier
    chain BLOB NOT NULL                       -- its chain value, 32 bytes; zeros before the first change
);
INSERT INTO node_seq (id, seq, at, chain)
VALUES (1, 0, 0, X'0000000000000000000000000000000000000000000000000000000000000000');

-- What changed, by whom and why: one row for each number of the sequence. Rows are only ever added.
CREATE TABLE change (
    seq         INTEGER PRIMARY KEY,  -- 1, 2, 3 ... in commit order, without gaps
    at          INTEGER NOT NULL,     -- the transaction's instant: microseconds since 1970 UTC, never running back
    actor       TEXT NOT NULL,        -- who did it: "cli:root", a user's key
    for_whom    TEXT NOT NULL,        -- on whose behalf; '' when for oneself
    room        TEXT NOT NULL,        -- the room whose data changed: "catalog"
    subject     TEXT NOT NULL,        -- what changed: a record's key, an import's number
    action      TEXT NOT NULL,        -- "create", "update", "delete", "merge", "import" ...
    reason      TEXT NOT NULL,        -- why, in the actor's words; may be ''
    before_hash BLOB,                 -- SHA-256 of the subject's body before; NULL when there was none
    after_hash  BLOB,                 -- SHA-256 of the subject's body after; NULL when there is none
    chain       BLOB NOT NULL         -- SHA-256 over the chain value before and this row's fields (store.h)
);
-- The history of one subject.
CREATE INDEX change_subject ON change (subject, seq);
