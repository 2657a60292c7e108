-- Routines, their versions, changed occurrences, runs. Days are counted from 1970-01-01, in civil time.
-- What a person typed lies in `content`, `notes` and `snapshot`, sealed.

CREATE TABLE routines (
    account    BLOB NOT NULL,
    id         BLOB NOT NULL,
    created_at INTEGER NOT NULL,        -- microseconds since 1970, UTC
    revision   INTEGER NOT NULL,        -- counts the changes
    newest     INTEGER NOT NULL,        -- the greatest version number given so far
    current    INTEGER NOT NULL,        -- the version that stands for the routine
    planned    INTEGER NOT NULL,        -- 0: in the inbox
    request    BLOB NOT NULL,           -- keyed hash of the body that made it, to tell a repetition from a conflict
    PRIMARY KEY (account, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE versions (
    id         INTEGER PRIMARY KEY,
    account    BLOB NOT NULL,
    routine    BLOB NOT NULL,
    number     INTEGER NOT NULL,
    single     INTEGER NOT NULL,        -- 1: an edit of only one occurrence
    from_day   INTEGER NOT NULL,
    until_day  INTEGER,                 -- the first day on which it holds no longer
    last_day   INTEGER NOT NULL,        -- the last day on which it can happen; without an end, a day beyond all
    wide       INTEGER NOT NULL,        -- 1: may show on another date than that of its rule
    weekdays   INTEGER NOT NULL,        -- bit sets: a date whose bit is missing in one of them is surely not hit
    month_days INTEGER NOT NULL,
    months     INTEGER NOT NULL,
    start      TEXT,                    -- none: in the inbox
    zone       TEXT,                    -- none: the account's
    repeat     TEXT,
    except_days TEXT,                   -- days of its rule that belong to another version, as a JSON array
    minutes    INTEGER NOT NULL,
    content    BLOB NOT NULL,
    notes      BLOB
) STRICT;

CREATE UNIQUE INDEX versions_of_routine ON versions (account, routine, number);

-- A day is found by this alone: what has ended is left out by its last day, the rest by the bit sets.
CREATE INDEX versions_by_day ON versions (account, last_day, from_day, wide, weekdays, month_days, months)
    WHERE start IS NOT NULL;

CREATE TABLE changes (
    account      BLOB NOT NULL,
    routine      BLOB NOT NULL,
    version      INTEGER NOT NULL,
    original     TEXT NOT NULL,         -- with the version, the occurrence's key
    original_day INTEGER NOT NULL,
    moved_to     TEXT,                  -- on the clock of the schedule's zone
    shown_day    INTEGER NOT NULL,      -- the day of `moved_to`, or the original one
    minutes      INTEGER,
    state        INTEGER NOT NULL,      -- 0 planned, 1 skipped, 2 done
    done_at      INTEGER,
    run          BLOB,
    revision     INTEGER NOT NULL,
    PRIMARY KEY (account, routine, version, original)
) STRICT, WITHOUT ROWID;

CREATE INDEX changes_by_original_day ON changes (account, original_day);
CREATE INDEX changes_by_shown_day ON changes (account, shown_day);

CREATE TABLE runs (
    account    BLOB NOT NULL,
    id         BLOB NOT NULL,
    routine    BLOB NOT NULL,
    version    INTEGER NOT NULL,
    original   TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    ends_at    INTEGER,                 -- when it ended, or will if nobody steps in
    progress   TEXT NOT NULL,           -- counters and instants, as JSON
    snapshot   BLOB NOT NULL,
    revision   INTEGER NOT NULL,
    PRIMARY KEY (account, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX runs_of_occurrence ON runs (account, routine, version, original);
CREATE INDEX runs_by_end ON runs (account, ends_at);
