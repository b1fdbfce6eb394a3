-- The catalogue's tables. Numbers of records are the numbers of the changes that made them.

-- A record: the fold over its live sources. Never removed, its key never used again.
CREATE TABLE record (
    id          INTEGER PRIMARY KEY,             -- local row number = sequence number of its creation
    key         TEXT NOT NULL UNIQUE,           -- type/ULID, given once by the node of origin
    type        TEXT NOT NULL,                  -- name of a record type
    node        TEXT NOT NULL,                  -- node of origin
    version     INTEGER NOT NULL,                -- 1, 2, 3 ...
    seq         INTEGER NOT NULL UNIQUE,         -- number of the change that made this version
    created     INTEGER NOT NULL,                -- instant, microseconds UTC
    updated     INTEGER NOT NULL,                -- instant of this version
    deleted     INTEGER NOT NULL DEFAULT 0,      -- 1 = tombstone
    status      TEXT NOT NULL,                  -- published, draft
    owner       TEXT NOT NULL,                  -- who answers for it, may be empty
    title       TEXT NOT NULL,                  -- the title field's text
    merged_into TEXT,                           -- key of the survivor of a merge
    body        TEXT NOT NULL,                  -- JSON object in normal form
    CHECK (version > 0),
    CHECK (deleted IN (0, 1)),
    CHECK (status IN ('published', 'draft'))
);

-- Every earlier version of a record.
CREATE TABLE record_version (
    record_id   INTEGER NOT NULL REFERENCES record (id), -- the record
    version     INTEGER NOT NULL,               -- its version then
    seq         INTEGER NOT NULL,               -- its change: who, when, why
    body        TEXT NOT NULL,                  -- JSON as it stood
    PRIMARY KEY (record_id, version)
);

-- What each source said of a record, as it came in normal form.
CREATE TABLE record_source (
    record_id   INTEGER NOT NULL REFERENCES record (id), -- what it is folded into
    node        TEXT NOT NULL,                  -- where it came from
    source_key  TEXT NOT NULL,                  -- its key there
    ordinal     INTEGER NOT NULL,                -- 0; further rows of one file under the same key 1, 2 ...
    origin      INTEGER NOT NULL,                -- 0 local typing, 1 import, 2 harvest
    mapping     TEXT NOT NULL,                  -- what read it, may be empty
    file_id     INTEGER NOT NULL,                -- row of file_use, 0 = none
    row_no      INTEGER NOT NULL,                -- row in that file, 0 = none
    datestamp   INTEGER NOT NULL,                -- instant at the source
    seq         INTEGER NOT NULL,                -- change that wrote it
    hash        BLOB NOT NULL,                 -- SHA-256 of its body
    deleted     INTEGER NOT NULL,                -- 1 = the source withdrew it
    body        TEXT,                           -- JSON; NULL = equal to the record's body
    PRIMARY KEY (source_key, node, ordinal),
    CHECK (deleted IN (0, 1)),
    CHECK (origin IN (0, 1, 2))
);
CREATE INDEX record_source_record ON record_source (record_id);

-- The links of the bodies that name a target; derived.
CREATE TABLE record_link (
    from_id     INTEGER NOT NULL REFERENCES record (id), -- whose body holds the link
    field       TEXT NOT NULL,                  -- field of the body
    n           INTEGER NOT NULL,                -- position in it
    role        TEXT NOT NULL,                  -- name of a role
    to_ref      TEXT NOT NULL,                  -- type/ULID or scheme:value, as the body says it
    to_id       INTEGER,                         -- the target, NULL until it arrives
    from_type   TEXT NOT NULL,                  -- type of the linking record; empty for a draft, nobody's backlink
    PRIMARY KEY (from_id, field, n)
);
-- Who links here is counted and paged from this index alone.
CREATE INDEX record_link_target ON record_link (to_id, role, field, from_type, from_id) WHERE to_id IS NOT NULL;
CREATE INDEX record_link_waiting ON record_link (to_ref) WHERE to_id IS NULL;

-- Strong identifiers: within a type each belongs to one record.
CREATE TABLE record_identity (
    type        TEXT NOT NULL,                  -- of the record
    scheme      TEXT NOT NULL,                  -- name of a scheme
    value       TEXT NOT NULL,                  -- in the scheme's normal form
    record_id   INTEGER NOT NULL REFERENCES record (id), -- whose it is
    PRIMARY KEY (scheme, value, type)
);
