-- Which stored files are in use, and as what. The bytes lie in DATA/files/, named by their hash.

-- One row for each use; the same bytes may be used under several names. A file that no row mentions goes after a day.
CREATE TABLE file_use (
    id   INTEGER PRIMARY KEY,                -- local
    hash BLOB NOT NULL,                      -- SHA-256 of the content, 32 bytes: where it lies
    size INTEGER NOT NULL CHECK (size >= 0), -- bytes
    name TEXT NOT NULL,                      -- what it was called where it came from: "patents-2026.csv"
    at   INTEGER NOT NULL                    -- when it was noted: microseconds since 1970 UTC
);
CREATE INDEX file_use_hash ON file_use (hash);
