-- Who may look: one-time links and browser sessions. Only hashes of the secrets rest here.
CREATE TABLE IF NOT EXISTS web_links (
    code_hash TEXT PRIMARY KEY,
    created_at {{instant}} NOT NULL,
    expires_at {{instant}} NOT NULL,
    used_at {{instant}}
);

CREATE TABLE IF NOT EXISTS web_sessions (
    session_hash TEXT PRIMARY KEY,
    created_at {{instant}} NOT NULL,
    expires_at {{instant}} NOT NULL
);
CREATE INDEX IF NOT EXISTS idx_web_sessions_expiry ON web_sessions (expires_at);

-- The orders in which the clips page lists finished files.
CREATE INDEX IF NOT EXISTS idx_clip_files_length ON clip_files (duration_seconds DESC, clip_file_id DESC);
CREATE INDEX IF NOT EXISTS idx_moments_score ON moments (score DESC);
