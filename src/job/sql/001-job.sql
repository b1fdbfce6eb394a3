-- Long work: what is to be done, what runs where, and how it ended.
CREATE TABLE job (
    id          INTEGER PRIMARY KEY,             -- local; queued jobs are taken in this order
    key         TEXT NOT NULL UNIQUE,            -- a ULID: how the job is addressed
    kind        TEXT NOT NULL,                   -- "file.tidy"
    state       TEXT NOT NULL                    -- ended_at says when it came to one of the last three
                CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    input       TEXT NOT NULL,                   -- JSON; '' when the kind needs none
    result      TEXT NOT NULL DEFAULT '',        -- JSON of a job that is done; may be ''
    failure     TEXT NOT NULL DEFAULT '',        -- JSON of the error of a failed one: code, field, msg, args
    done        INTEGER NOT NULL DEFAULT 0,      -- how far it is, in units
    total       INTEGER NOT NULL DEFAULT 0,      -- how far it goes; 0 when unknown
    unit        TEXT NOT NULL DEFAULT '',        -- what is counted: "row", "record", "byte"
    attempts    INTEGER NOT NULL DEFAULT 0,      -- how often it was started
    runner      TEXT NOT NULL DEFAULT '',        -- the run that holds the lease: a ULID made for it
    lease_until INTEGER NOT NULL DEFAULT 0,      -- while running: whoever holds it is dead after this instant
    created_at  INTEGER NOT NULL,                -- instants: microseconds since 1970 UTC
    started_at  INTEGER NOT NULL DEFAULT 0,      -- of the last start; 0 before the first
    ended_at    INTEGER NOT NULL DEFAULT 0,      -- 0 until it is done, failed or cancelled
    CHECK ((state IN ('queued', 'running')) = (ended_at = 0))
);
-- Finding what is queued or running among many that have ended.
CREATE INDEX job_state ON job (state, id);
-- When a kind ran last.
CREATE INDEX job_kind ON job (kind, id);
