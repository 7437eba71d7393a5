-- Who works here: people with their own token (only its hash rests), sessions that remember whose they are,
-- and the counters behind every limit per person or address, so that they hold across processes.
CREATE TABLE IF NOT EXISTS users (
    user_id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL DEFAULT 'maker',
    created_at {{instant}} NOT NULL,
    disabled_at {{instant}}
);
CREATE UNIQUE INDEX IF NOT EXISTS idx_users_name ON users (name);

ALTER TABLE web_sessions ADD COLUMN IF NOT EXISTS user_id TEXT NOT NULL DEFAULT 'owner';
ALTER TABLE web_links ADD COLUMN IF NOT EXISTS user_id TEXT NOT NULL DEFAULT 'owner';
CREATE INDEX IF NOT EXISTS idx_web_sessions_user ON web_sessions (user_id);

CREATE TABLE IF NOT EXISTS web_limits (
    key TEXT NOT NULL PRIMARY KEY,
    hits {{json}} NOT NULL,
    expires_at {{instant}} NOT NULL
);
CREATE INDEX IF NOT EXISTS idx_web_limits_expiry ON web_limits (expires_at);
