-- The tables that the founding documents name, with their columns: footage, predictions, render jobs, jobs and their trail.

CREATE TABLE IF NOT EXISTS assets (
    asset_id {{id}} NOT NULL PRIMARY KEY,
    path TEXT NOT NULL,
    filename TEXT NOT NULL,
    size_bytes {{bigint}},
    duration_seconds {{float}},
    resolution TEXT,
    format TEXT,
    ingested_at {{instant}} DEFAULT {{now}},
    status TEXT DEFAULT 'processing',
    source TEXT
);

-- `embedding` holds 512 numbers of 16 bits (docs/decisions/0003-vectors-as-float16-blobs.md).
CREATE TABLE IF NOT EXISTS clips (
    clip_id {{id}} NOT NULL PRIMARY KEY,
    asset_id {{id}} REFERENCES assets (asset_id) ON DELETE CASCADE,
    start_time {{float}} NOT NULL,
    end_time {{float}} NOT NULL,
    duration {{float}} NOT NULL,
    scene_score {{float}},
    psychology_score {{json}},
    hook_strength {{json}},
    novelty_score {{json}},
    composite_score {{float}},
    emotion_data {{json}},
    embedding {{bytes}},
    thumbnail_url TEXT,
    created_at {{instant}} DEFAULT {{now}}
);
CREATE INDEX IF NOT EXISTS idx_clips_asset ON clips (asset_id);
CREATE INDEX IF NOT EXISTS idx_clips_score ON clips (composite_score DESC);

CREATE TABLE IF NOT EXISTS predictions (
    prediction_id {{id}} NOT NULL PRIMARY KEY,
    clip_id {{id}} REFERENCES clips (clip_id) ON DELETE SET NULL,
    predicted_ctr {{float}},
    predicted_band TEXT,
    actual_ctr {{float}},
    ad_id TEXT,
    created_at {{instant}} DEFAULT {{now}},
    updated_at {{instant}}
);
CREATE INDEX IF NOT EXISTS idx_predictions_clip ON predictions (clip_id);

CREATE TABLE IF NOT EXISTS render_jobs (
    job_id {{id}} NOT NULL PRIMARY KEY,
    storyboard {{json}} NOT NULL,
    status TEXT DEFAULT 'queued',
    output_url TEXT,
    error_message TEXT,
    created_at {{instant}} DEFAULT {{now}},
    completed_at {{instant}}
);

-- A job is one durable run; its id is text because a child's id is its parent's id, a colon and a key.
CREATE TABLE IF NOT EXISTS jobs (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT,
    flow TEXT NOT NULL,
    video_url TEXT,
    video_title TEXT,
    status TEXT NOT NULL DEFAULT 'queued',
    progress INTEGER NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 100),
    current_step TEXT,
    note TEXT,
    error_message TEXT,
    payload {{json}},
    result_data {{json}},
    priority INTEGER NOT NULL DEFAULT 5,
    retry_count INTEGER NOT NULL DEFAULT 0,
    worker_id TEXT,
    created_at {{instant}} NOT NULL DEFAULT {{now}},
    started_at {{instant}},
    completed_at {{instant}},
    updated_at {{instant}} NOT NULL DEFAULT {{now}}
);
CREATE INDEX IF NOT EXISTS idx_jobs_status ON jobs (status, created_at);
CREATE INDEX IF NOT EXISTS idx_jobs_created ON jobs (created_at);

CREATE TABLE IF NOT EXISTS processing_steps (
    id {{id}} NOT NULL PRIMARY KEY,
    job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    step_name TEXT NOT NULL,
    attempt INTEGER NOT NULL DEFAULT 1 CHECK (attempt >= 1),
    status TEXT NOT NULL DEFAULT 'started',
    started_at {{instant}} NOT NULL DEFAULT {{now}},
    completed_at {{instant}},
    duration_seconds {{float}},
    agent_output {{json}},
    error_message TEXT,
    metadata_json {{json}},
    UNIQUE (job_id, step_name, attempt)
);

-- An event outlives its job: the trail stays when a finished job is swept away.
CREATE TABLE IF NOT EXISTS system_events (
    id {{id}} NOT NULL PRIMARY KEY,
    job_id TEXT REFERENCES jobs (id) ON DELETE SET NULL,
    event_type TEXT NOT NULL,
    component TEXT NOT NULL,
    severity TEXT NOT NULL DEFAULT 'info',
    message TEXT NOT NULL,
    metadata_json {{json}},
    created_at {{instant}} NOT NULL DEFAULT {{now}}
);
CREATE INDEX IF NOT EXISTS idx_system_events_created ON system_events (created_at);
CREATE INDEX IF NOT EXISTS idx_system_events_job ON system_events (job_id, created_at);
