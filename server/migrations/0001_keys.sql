-- Keys, each wrapped by a master key of the keyring file. Without that file nothing here opens anything.

-- The server's own: they sign access tokens and make the look-ups of sealed values.
CREATE TABLE server_keys (
    name           TEXT PRIMARY KEY,
    master_version INTEGER NOT NULL,
    wrapped        BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- One an account: it seals what the person writes.
CREATE TABLE data_keys (
    account        BLOB PRIMARY KEY,
    version        INTEGER NOT NULL,
    master_version INTEGER NOT NULL,
    wrapped        BLOB NOT NULL
) STRICT, WITHOUT ROWID;
