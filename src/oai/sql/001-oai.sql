-- Which sets of OAI-PMH a record is in, by the number of the change that made its present version. Derived from the records,
-- fed by the sequence; what a record's type alone decides is not here.

-- One row: the key that signs resumption tokens, and how far the sets are fed.
CREATE TABLE oai_state (
    id      INTEGER PRIMARY KEY CHECK (id = 1), -- there is one row
    key     BLOB NOT NULL,                     -- 32 random bytes, made once
    region  BLOB NOT NULL,                     -- hash of the region that the sets were made for
    reached INTEGER NOT NULL                   -- number of the sequence up to which they are made
);

-- A set that a record is or was in.
CREATE TABLE oai_set (
    id   INTEGER PRIMARY KEY,     -- its number here
    spec TEXT NOT NULL UNIQUE     -- setSpec: "area:440106", "owner:node.example"
);

-- A record in a set. A page of a set is a range of this table's index.
CREATE TABLE oai_member (
    set_id    INTEGER NOT NULL REFERENCES oai_set (id), -- the set
    seq       INTEGER NOT NULL,                -- of the record's present version
    record_id INTEGER NOT NULL,                -- the record
    gone      INTEGER NOT NULL,                -- 1 = it was in the set and is no longer
    PRIMARY KEY (set_id, seq)
);

-- What a record's rows of oai_member are, so that its next version finds them.
CREATE TABLE oai_record (
    record_id INTEGER PRIMARY KEY,  -- the record
    seq       INTEGER NOT NULL,     -- under which its rows stand
    sets      TEXT NOT NULL         -- numbers of its sets, comma-separated; with a minus those it has left
);
