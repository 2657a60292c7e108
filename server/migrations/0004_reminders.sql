-- Channels, and what is owed to them. Instants are microseconds since 1970, UTC.
-- What a person typed (`name`, `target`) and what a channel's messages are signed with (`secret`) is sealed.

-- Without a value: one reminder, at the start.
ALTER TABLE versions ADD COLUMN reminders TEXT;
-- What was due before it was written is not owed.
ALTER TABLE versions ADD COLUMN planned_at INTEGER NOT NULL DEFAULT 0;

CREATE TABLE channels (
    account         BLOB NOT NULL,
    id              BLOB NOT NULL,
    kind            INTEGER NOT NULL,   -- 0 push, 1 ntfy, 2 e-mail, 3 webhook
    role            INTEGER NOT NULL,   -- 0 always, 1 fallback
    position        INTEGER NOT NULL,
    name            BLOB NOT NULL,
    target          BLOB NOT NULL,
    secret          BLOB NOT NULL,
    token           BLOB,               -- keyed hash of what a browser renews it with, or a mailbox unsubscribes with
    endpoint        BLOB,               -- keyed hash of a push endpoint: one subscription is one channel, and so one mailbox
    request         BLOB NOT NULL,      -- keyed hash of the body that made it
    ended_at        INTEGER,            -- since when it is of no use
    ended_reason    TEXT,
    last_success_at INTEGER,
    last_error_at   INTEGER,
    last_error      TEXT,
    created_at      INTEGER NOT NULL,
    revision        INTEGER NOT NULL,
    PRIMARY KEY (account, id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX channels_by_endpoint ON channels (account, endpoint) WHERE endpoint IS NOT NULL;
CREATE UNIQUE INDEX channels_by_token ON channels (token) WHERE token IS NOT NULL;
-- All that planning asks of them, and nothing sealed.
CREATE INDEX channels_open ON channels (account, position, role, kind) WHERE ended_at IS NULL;

CREATE TABLE reminder_settings (
    account  BLOB PRIMARY KEY,
    settings TEXT NOT NULL,             -- times and switches, as JSON
    revision INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- How far each account that has a channel is planned: what is due until then has its rows.
CREATE TABLE reminder_plans (
    account       BLOB PRIMARY KEY,
    planned_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX reminder_plans_by_end ON reminder_plans (planned_until);

-- The outbox: one message owed to one channel at one instant, and what became of it.
CREATE TABLE reminders (
    seq        INTEGER PRIMARY KEY,
    id         BLOB NOT NULL UNIQUE,
    account    BLOB NOT NULL,
    routine    BLOB NOT NULL,
    version    INTEGER NOT NULL,
    original   TEXT NOT NULL,
    channel    BLOB NOT NULL,
    kind       INTEGER NOT NULL,        -- 0 planned, 1 snoozed, 2 fallback, 3 closes what another device shows, 4 tells that a channel has ended
    "offset"   INTEGER NOT NULL,        -- minutes before the start, as planned
    round      INTEGER NOT NULL,        -- 0, or how many times it has reminded again
    due_at     INTEGER NOT NULL,
    starts_at  INTEGER NOT NULL,
    until      INTEGER NOT NULL,        -- later it is of no use
    state      INTEGER NOT NULL,        -- 0 pending, 1 leased, 2 sent, 3 failed, 4 expired, 5 acknowledged
    next_at    INTEGER,                 -- when to look at it next: due, to be tried again, or its lease ends
    fence      INTEGER NOT NULL,        -- counts the leases: who holds an older one has nothing to say
    attempts   INTEGER NOT NULL,
    sent_late  INTEGER NOT NULL,
    reason     TEXT,                    -- why it failed, or what the last try met with
    settled_at INTEGER,
    missed     INTEGER NOT NULL         -- 1: late, failed or expired, and not yet dismissed
) STRICT;

-- A move, a snooze and "remind again" each ring anew.
CREATE UNIQUE INDEX reminders_once ON reminders (account, routine, version, original, "offset", channel, due_at, kind);
CREATE INDEX reminders_next ON reminders (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX reminders_missed ON reminders (account, due_at) WHERE missed = 1;
CREATE INDEX reminders_open ON reminders (account, routine) WHERE settled_at IS NULL;
CREATE INDEX reminders_snoozed ON reminders (account) WHERE settled_at IS NULL AND kind = 1;
CREATE INDEX reminders_settled ON reminders (settled_at) WHERE settled_at IS NOT NULL AND missed = 0;

-- What the person has acted on, so that every screen knows.
CREATE TABLE acknowledgements (
    account   BLOB NOT NULL,
    routine   BLOB NOT NULL,
    original  TEXT NOT NULL,
    at        INTEGER NOT NULL,
    starts_at INTEGER NOT NULL,
    PRIMARY KEY (account, routine, original)
) STRICT, WITHOUT ROWID;

CREATE INDEX acknowledgements_by_start ON acknowledgements (account, starts_at);
CREATE INDEX acknowledgements_by_age ON acknowledgements (at);
