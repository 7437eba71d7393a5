-- Footage: further columns of assets and clips, transcripts, shot summaries, moments, finished clip files.

ALTER TABLE assets ADD COLUMN IF NOT EXISTS sha256 TEXT;
ALTER TABLE assets ADD COLUMN IF NOT EXISTS error {{json}};
ALTER TABLE assets ADD COLUMN IF NOT EXISTS info {{json}};
ALTER TABLE assets ADD COLUMN IF NOT EXISTS analysis_path TEXT;
ALTER TABLE assets ADD COLUMN IF NOT EXISTS scrub_path TEXT;
ALTER TABLE assets ADD COLUMN IF NOT EXISTS thumbnail_path TEXT;
CREATE UNIQUE INDEX IF NOT EXISTS idx_assets_sha256 ON assets (sha256);
CREATE INDEX IF NOT EXISTS idx_assets_status ON assets (status, asset_id, duration_seconds);

ALTER TABLE clips ADD COLUMN IF NOT EXISTS features {{json}};
ALTER TABLE clips ADD COLUMN IF NOT EXISTS explanation {{json}};
ALTER TABLE clips ADD COLUMN IF NOT EXISTS text TEXT;
ALTER TABLE clips ADD COLUMN IF NOT EXISTS space TEXT;
CREATE INDEX IF NOT EXISTS idx_clips_asset_start ON clips (asset_id, start_time);

CREATE TABLE IF NOT EXISTS transcripts (
    asset_id {{id}} NOT NULL PRIMARY KEY REFERENCES assets (asset_id) ON DELETE CASCADE,
    source TEXT NOT NULL,
    language TEXT,
    word_timed {{boolean}} NOT NULL,
    words {{json}} NOT NULL,
    text TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS shot_sets (
    asset_id {{id}} NOT NULL PRIMARY KEY REFERENCES assets (asset_id) ON DELETE CASCADE,
    shots INTEGER NOT NULL,
    best_score {{float}},
    space TEXT,
    version {{bigint}} NOT NULL,
    formula TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS idx_shot_sets_version ON shot_sets (version);

CREATE TABLE IF NOT EXISTS shot_changes (
    counter TEXT NOT NULL PRIMARY KEY,
    version {{bigint}} NOT NULL
);

CREATE TABLE IF NOT EXISTS moments (
    moment_id {{id}} NOT NULL PRIMARY KEY,
    asset_id {{id}} NOT NULL REFERENCES assets (asset_id) ON DELETE CASCADE,
    run_id TEXT,
    start_time {{float}} NOT NULL,
    end_time {{float}} NOT NULL,
    mode TEXT NOT NULL,
    score {{float}},
    confidence {{float}},
    subscores {{json}},
    reason TEXT,
    keywords {{json}},
    status TEXT NOT NULL,
    passthrough {{boolean}} NOT NULL,
    created_at {{instant}}
);
CREATE INDEX IF NOT EXISTS idx_moments_asset ON moments (asset_id, start_time);
CREATE INDEX IF NOT EXISTS idx_moments_status ON moments (status, moment_id);

CREATE TABLE IF NOT EXISTS clip_files (
    clip_file_id {{id}} NOT NULL PRIMARY KEY,
    moment_id {{id}} REFERENCES moments (moment_id) ON DELETE SET NULL,
    asset_id {{id}} NOT NULL REFERENCES assets (asset_id) ON DELETE CASCADE,
    run_id TEXT NOT NULL,
    start_time {{float}} NOT NULL,
    end_time {{float}} NOT NULL,
    aspect TEXT NOT NULL,
    path TEXT NOT NULL,
    srt_path TEXT,
    vtt_path TEXT,
    thumbnail_path TEXT,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    duration_seconds {{float}} NOT NULL,
    size_bytes {{bigint}} NOT NULL,
    sha256 TEXT NOT NULL,
    lufs {{float}},
    created_at {{instant}} NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS idx_clip_files_once ON clip_files (run_id, start_time, end_time, aspect);
CREATE INDEX IF NOT EXISTS idx_clip_files_asset ON clip_files (asset_id, clip_file_id);
CREATE INDEX IF NOT EXISTS idx_clip_files_run ON clip_files (run_id, clip_file_id);
CREATE INDEX IF NOT EXISTS idx_clip_files_moment ON clip_files (moment_id);
