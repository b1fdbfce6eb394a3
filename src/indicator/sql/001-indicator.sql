-- Observations and the releases of indexes. Rows are only ever added: what a figure was stays known.

-- What is observed: an indicator of an index in an area.
CREATE TABLE observation_series (
    id         INTEGER PRIMARY KEY,  -- local
    index_name TEXT NOT NULL,        -- whose indicator it is: "specialised-town"
    indicator  TEXT NOT NULL,        -- its code there, or that of a column; "@name" is what the area is called
    area       TEXT NOT NULL,        -- code or name of the area or unit, as the source has it
    UNIQUE (index_name, indicator, area)
);
-- All that is told of one area, and of one indicator of whatever index; in the order of their numbers.
CREATE INDEX observation_series_area ON observation_series (area);
CREATE INDEX observation_series_indicator ON observation_series (indicator);

-- What one transaction of an import stored; its rows are first_id to last_id and nobody else's.
CREATE TABLE observation_batch (
    id         INTEGER PRIMARY KEY,  -- local, in the order of storing
    index_name TEXT NOT NULL,        -- of all its series
    import     TEXT NOT NULL,        -- a ULID: the batches of one import share it
    source     TEXT NOT NULL,        -- where the figures come from, in words
    note       TEXT NOT NULL,        -- of who imported them; may be ''
    recorded   INTEGER NOT NULL,     -- instant of the transaction, microseconds since 1970 UTC; never running back
    seq        INTEGER NOT NULL UNIQUE, -- its change; after_hash there is the SHA-256 of its rows (observation.h)
    first_id   INTEGER NOT NULL,     -- of observation
    last_id    INTEGER NOT NULL,     -- likewise
    CHECK (first_id <= last_id)
);
CREATE INDEX observation_batch_index ON observation_batch (index_name, id);

-- What was said of a series in a period. The revision with the greatest number holds.
CREATE TABLE observation (
    id        INTEGER PRIMARY KEY,   -- local, in the order of storing
    series_id INTEGER NOT NULL REFERENCES observation_series (id), -- of what
    period    INTEGER NOT NULL,      -- a year; 0 where the source has none
    revision  INTEGER NOT NULL,      -- 1, 2, 3 ... without gaps
    value     REAL,                  -- NULL = missing, or a text
    text      TEXT,                  -- of columns of texts and of "@name"
    unit      TEXT NOT NULL,         -- of measure: "万元"; may be ''
    status    TEXT NOT NULL,         -- final, provisional, estimated, missing
    batch_id  INTEGER NOT NULL,      -- of observation_batch, whose row is written when its last observation is
    UNIQUE (series_id, period, revision),
    CHECK (revision > 0),
    CHECK (value IS NULL OR text IS NULL),
    CHECK (status IN ('final', 'provisional', 'estimated', 'missing'))
);

-- A published release of an index; never changed. Its bytes lie in DATA/files.
CREATE TABLE index_release (
    id          INTEGER PRIMARY KEY, -- local; the last one of an index is its current one
    index_name  TEXT NOT NULL,       -- "specialised-town"
    release     TEXT NOT NULL UNIQUE, -- its id in addresses: the first 16 digits of hash, in hexadecimal
    hash        BLOB NOT NULL,       -- SHA-256 of the bytes
    size        INTEGER NOT NULL,    -- bytes
    file_id     INTEGER NOT NULL,    -- row of file_use
    periods     TEXT NOT NULL,       -- JSON: [2019,2020]
    period      INTEGER NOT NULL,    -- of the intervals, else the last; 0 where there are none
    units       INTEGER NOT NULL,    -- units of that period
    uncertainty TEXT NOT NULL,       -- no, draw, sobol, exact
    note        TEXT NOT NULL,       -- of who published it; may be ''
    published   INTEGER NOT NULL,    -- instant, microseconds since 1970 UTC
    seq         INTEGER NOT NULL UNIQUE, -- its change
    CHECK (uncertainty IN ('no', 'draw', 'sobol', 'exact'))
);
CREATE INDEX index_release_index ON index_release (index_name, id);
