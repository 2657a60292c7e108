-- Of a browser: the session in which it was turned on last. With the session, the channel goes. Without a value it is not
-- known: of what was there before this column, until its browser opens the program again.
ALTER TABLE channels ADD COLUMN session BLOB;

-- What was missed is forgotten in time too, whether it was looked at or not.
DROP INDEX reminders_settled;
CREATE INDEX reminders_settled ON reminders (settled_at) WHERE settled_at IS NOT NULL;
