-- What is harvested from other repositories (OAI-PMH 2.0): the sources, their runs, what each item was, and what was refused.
-- Instants are microseconds since 1970 UTC, 0 = never. Counts of a run are headers that the source sent, each once.

-- A source: how it is harvested, and what is known of it.
CREATE TABLE harvest_source (
    id             INTEGER PRIMARY KEY,           -- local
    name           TEXT NOT NULL UNIQUE,          -- how it is called here; the node of its records
    url            TEXT NOT NULL,                 -- base URL
    prefix         TEXT NOT NULL,                 -- metadataPrefix
    set_spec       TEXT NOT NULL,                 -- '' = everything
    mapping        TEXT NOT NULL,                 -- '' = that of the prefix in region/harvest.json
    every_s        INTEGER NOT NULL,              -- seconds from one harvest to the next; 0 = only when asked
    overlap_s      INTEGER NOT NULL,              -- a harvest asks again for what changed so long before the last one
    reconcile_s    INTEGER NOT NULL,              -- seconds between two looks at all identifiers; 0 = never
    guard_percent  INTEGER NOT NULL,              -- a harvest that loses a larger share waits for a person; 100 = none does
    pause_ms       INTEGER NOT NULL,              -- between two requests to its host
    timeout_s      INTEGER NOT NULL,              -- of one answer
    page_mib       INTEGER NOT NULL,              -- most of one answer
    retries        INTEGER NOT NULL,              -- of one request
    retry_ms       INTEGER NOT NULL,              -- before the first retry; doubled for each further one
    allow          TEXT NOT NULL,                 -- networks besides the public ones: "loopback 10.2.0.0/16"
    ca             TEXT NOT NULL,                 -- file of certificates to trust instead of the system's; '' = the system's
    pin            TEXT NOT NULL,                 -- public key its server must have, "sha256//..."; '' = any
    rests          INTEGER NOT NULL,              -- 1 = a person stopped it
    full_next      INTEGER NOT NULL,              -- 1 = the next harvest asks for everything
    repository     TEXT NOT NULL,                 -- repositoryName of Identify
    deleted_record TEXT NOT NULL,                 -- deletedRecord of Identify: no, transient, persistent
    day_granular   INTEGER NOT NULL,              -- 1 = its datestamps are days
    earliest       TEXT NOT NULL,                 -- earliestDatestamp of Identify
    last_response  INTEGER NOT NULL,              -- responseDate from which the next harvest counts
    reconciled_at  INTEGER NOT NULL,              -- when all its identifiers were last seen
    due_at         INTEGER NOT NULL,              -- not before
    failures       INTEGER NOT NULL,              -- runs that failed since the last good one
    live           INTEGER NOT NULL,              -- its items that are not deleted
    created_at     INTEGER NOT NULL,              -- when it was added
    CHECK (rests IN (0, 1) AND full_next IN (0, 1) AND day_granular IN (0, 1)),
    CHECK (guard_percent BETWEEN 0 AND 100 AND live >= 0)
);

-- A run: one harvest from the first request to the last record stored. At most one of a source is open (not done, not dropped).
CREATE TABLE harvest_run (
    id            INTEGER PRIMARY KEY,            -- local, ascending
    source_id     INTEGER NOT NULL REFERENCES harvest_source (id), -- whose
    kind          TEXT NOT NULL                   -- what it is for
                  CHECK (kind IN ('harvest', 'full', 'remap', 'rollback')),
    state         TEXT NOT NULL                   -- running: is worked on, or goes on by itself; held: waits for a person
                  CHECK (state IN ('running', 'stopped', 'held', 'failed', 'done', 'dropped')),
    phase         TEXT NOT NULL                   -- what it is at
                  CHECK (phase IN ('identify', 'list', 'identifiers', 'compare', 'publish', 'end')),
    from_at       INTEGER NOT NULL,               -- of the list asked for; 0 = from the beginning
    response_at   INTEGER NOT NULL,               -- responseDate of its first page
    token         TEXT NOT NULL,                  -- how the phase goes on: the last good resumptionToken, or the last identifier
    pages         INTEGER NOT NULL,               -- of the phase, stored
    list_size     INTEGER NOT NULL,               -- completeListSize as the source says, -1 = it does not
    staged        INTEGER NOT NULL,               -- rows ever put into harvest_staged: the last n
    seen          INTEGER NOT NULL,               -- headers that the list had
    stored        INTEGER NOT NULL,               -- of these: new, or with another content
    unchanged     INTEGER NOT NULL,               -- known as they are
    deleted       INTEGER NOT NULL,               -- deleted by the source
    rejected      INTEGER NOT NULL,               -- in quarantine
    waiting       INTEGER NOT NULL,               -- not looked at yet
    missing       INTEGER NOT NULL,               -- items that the source no longer lists, withdrawn here (no headers)
    lacking       INTEGER NOT NULL,               -- headers among all its identifiers that no harvest had
    losing        INTEGER NOT NULL,               -- live items that it takes away: what the guard weighs
    repaired      INTEGER NOT NULL,               -- characters of answers that had to be mended
    salvaged      INTEGER NOT NULL,               -- answers that were no well-formed XML, read record by record
    bytes         INTEGER NOT NULL,               -- of answers, unpacked
    retries       INTEGER NOT NULL,               -- requests that had to be repeated
    restarts      INTEGER NOT NULL,               -- lists begun anew because the source forgot its token
    empty_pages   INTEGER NOT NULL,               -- in a row
    confirmed     INTEGER NOT NULL,               -- 1 = a person let it pass the guard
    target_run    INTEGER NOT NULL,               -- rollback: the run whose state is restored
    error_class   TEXT NOT NULL,                  -- '' = none; network, timeout, address, certificate, http, xml, oai, loop ...
    error_zh      TEXT NOT NULL,                  -- the sentence in Chinese
    error_en      TEXT NOT NULL,                  -- and in English
    started_at    INTEGER NOT NULL,               -- when it was begun
    updated_at    INTEGER NOT NULL,               -- when it last came on
    ended_at      INTEGER NOT NULL,               -- when it was done or dropped
    CHECK (seen = stored + unchanged + deleted + rejected + waiting),
    CHECK ((state IN ('done', 'dropped')) = (ended_at > 0)),
    CHECK (confirmed IN (0, 1))
);
CREATE INDEX harvest_run_source ON harvest_run (source_id, id);

-- The answers of an open run's lists, to notice one that comes twice.
CREATE TABLE harvest_page (
    run_id INTEGER NOT NULL REFERENCES harvest_run (id), -- whose
    mark   BLOB NOT NULL,                         -- SHA-256 of the phase and of its identifiers and datestamps in order
    PRIMARY KEY (run_id, mark)
);

-- What an open run has received and not yet published.
CREATE TABLE harvest_staged (
    run_id     INTEGER NOT NULL REFERENCES harvest_run (id), -- whose
    n          INTEGER NOT NULL,                  -- in the order of the list, from 1
    kind       INTEGER NOT NULL,                  -- 0 record, 1 deleted, 2 missing, 3 only known to be there, 4 could not be read
    identifier TEXT NOT NULL,                     -- of the item
    datestamp  TEXT NOT NULL,                     -- as the source wrote it
    hash       BLOB,                              -- of its payload
    rule       TEXT NOT NULL,                     -- of kind 4: what it breaks
    reason_zh  TEXT NOT NULL,                     -- of kind 4: why, in Chinese
    reason_en  TEXT NOT NULL,                     -- and in English
    PRIMARY KEY (run_id, n)
);
CREATE INDEX harvest_staged_identifier ON harvest_staged (run_id, identifier);

-- Payloads as they came, each once: the element inside <metadata>, or the text of a record that could not be read.
CREATE TABLE harvest_payload (
    hash  BLOB PRIMARY KEY,                       -- SHA-256 of the bytes
    size  INTEGER NOT NULL,                       -- of them
    bytes BLOB NOT NULL                           -- compressed (zstd)
);

-- The items of a source as they were last published.
CREATE TABLE harvest_item (
    source_id  INTEGER NOT NULL REFERENCES harvest_source (id), -- whose
    identifier TEXT NOT NULL,                     -- OAI identifier
    datestamp  TEXT NOT NULL,                     -- as the source wrote it
    deleted    INTEGER NOT NULL,                  -- 1 = gone
    hash       BLOB,                              -- of its payload; of a deleted one the last, or NULL
    keys       TEXT NOT NULL,                     -- JSON: the sources it gave the catalogue, [[type, key, part] ...]
    run_id     INTEGER NOT NULL,                  -- that last changed it
    PRIMARY KEY (source_id, identifier),
    CHECK (deleted IN (0, 1))
);

-- What an item was before a run changed it; kept for the last runs, so that they can be undone.
CREATE TABLE harvest_past (
    source_id  INTEGER NOT NULL REFERENCES harvest_source (id), -- whose
    identifier TEXT NOT NULL,                     -- OAI identifier
    run_id     INTEGER NOT NULL REFERENCES harvest_run (id), -- that changed it
    datestamp  TEXT NOT NULL,                     -- before; '' = it was not there
    deleted    INTEGER NOT NULL,                  -- before
    hash       BLOB,                              -- before
    PRIMARY KEY (source_id, identifier, run_id)
);
CREATE INDEX harvest_past_run ON harvest_past (source_id, run_id);

-- Records that were refused, and why. One leaves when it is taken, deleted or withdrawn.
CREATE TABLE harvest_quarantine (
    source_id  INTEGER NOT NULL REFERENCES harvest_source (id), -- whose
    identifier TEXT NOT NULL,                     -- OAI identifier, or where in the list it stood
    run_id     INTEGER NOT NULL,                  -- that refused it last
    at         INTEGER NOT NULL,                  -- when
    datestamp  TEXT NOT NULL,                     -- as the source wrote it
    hash       BLOB,                              -- of its payload
    PRIMARY KEY (source_id, identifier)
);

-- The reasons, one row for each rule that a record breaks.
CREATE TABLE harvest_reason (
    source_id  INTEGER NOT NULL REFERENCES harvest_source (id), -- whose
    identifier TEXT NOT NULL,                     -- of harvest_quarantine
    n          INTEGER NOT NULL,                  -- from 0
    rule       TEXT NOT NULL,                     -- name of the message: required, not-in-list ...
    field      TEXT NOT NULL,                     -- at fault, '' = the record as a whole
    zh         TEXT NOT NULL,                     -- the sentence in Chinese
    en         TEXT NOT NULL,                     -- and in English
    PRIMARY KEY (source_id, identifier, n)
);
CREATE INDEX harvest_reason_rule ON harvest_reason (source_id, rule, field);
