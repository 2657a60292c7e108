-- Accounts, who may make one, and the browsers that are signed in. Instants are microseconds since 1970, UTC.
-- What a person typed (`email`, `name`) and what their browser said of itself (`agent`) is sealed.

CREATE TABLE accounts (
    id          BLOB PRIMARY KEY,
    email_index BLOB NOT NULL UNIQUE,   -- keyed hash of the address: it is looked up without being readable
    email       BLOB NOT NULL,
    name        BLOB NOT NULL,
    password    TEXT NOT NULL,          -- Argon2id, as a PHC string
    locale      TEXT NOT NULL,
    week_start  TEXT NOT NULL,
    role        TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    revision    INTEGER NOT NULL        -- counts the changes
) STRICT, WITHOUT ROWID;

-- The zones a person has had; each holds from `since` until the next. A change touches only what is still to come.
CREATE TABLE account_zones (
    account BLOB NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    since   INTEGER NOT NULL,
    zone    TEXT NOT NULL,
    PRIMARY KEY (account, since)
) STRICT, WITHOUT ROWID;

-- Each makes one account; it goes when it is used.
CREATE TABLE invitations (
    id         BLOB PRIMARY KEY,
    token      BLOB NOT NULL UNIQUE,    -- keyed hash
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A session is the family of its refresh tokens: only the newest is known, by its hash. It goes when it ends.
CREATE TABLE sessions (
    account    BLOB NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    id         BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    used_at    INTEGER NOT NULL,        -- when the newest token was given
    generation INTEGER NOT NULL,        -- how many were given before it
    taken_up   INTEGER NOT NULL,        -- 1: the newest access token has been used, so its answer has arrived
    token      BLOB NOT NULL,           -- keyed hash
    agent      BLOB,
    PRIMARY KEY (account, id)
) STRICT, WITHOUT ROWID;
