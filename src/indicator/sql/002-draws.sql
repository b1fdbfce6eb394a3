-- What the intervals of a release came from is called as in its bytes and on the command line: "draws", no longer "draw".

-- A published release of an index; never changed. Its bytes lie in DATA/files.
CREATE TABLE index_release_new (
    id          INTEGER PRIMARY KEY, -- local; the last one of an index is its current one
    index_name  TEXT NOT NULL,       -- "specialised-town"
    release     TEXT NOT NULL UNIQUE, -- its id in addresses: the first 16 digits of hash, in hexadecimal
    hash        BLOB NOT NULL,       -- SHA-256 of the bytes
    size        INTEGER NOT NULL,    -- bytes
    file_id     INTEGER NOT NULL,    -- row of file_use
    periods     TEXT NOT NULL,       -- JSON: [2019,2020]
    period      INTEGER NOT NULL,    -- of the intervals, else the last; 0 where there are none
    units       INTEGER NOT NULL,    -- units of that period
    uncertainty TEXT NOT NULL,       -- no, draws, sobol, exact
    note        TEXT NOT NULL,       -- of who published it; may be ''
    published   INTEGER NOT NULL,    -- instant, microseconds since 1970 UTC
    seq         INTEGER NOT NULL UNIQUE, -- its change
    CHECK (uncertainty IN ('no', 'draws', 'sobol', 'exact'))
);
INSERT INTO index_release_new
SELECT id, index_name, release, hash, size, file_id, periods, period, units,
    CASE uncertainty WHEN 'draw' THEN 'draws' ELSE uncertainty END, note, published, seq
FROM index_release;
DROP TABLE index_release;
ALTER TABLE index_release_new RENAME TO index_release;
CREATE INDEX index_release_index ON index_release (index_name, id);
