-- Video jobs: the founding documents' table `generated_videos` with its ten columns, five indexes and trigger, and ours.
-- An older table of that name keeps its rows. Its stamp has no default: a populated SQLite table takes none.

CREATE TABLE IF NOT EXISTS generated_videos (
    id TEXT NOT NULL PRIMARY KEY,
    campaign_id TEXT,
    status TEXT,
    created_at {{instant}}
);
ALTER TABLE generated_videos ADD COLUMN IF NOT EXISTS client_id TEXT;

ALTER TABLE generated_videos ADD COLUMN IF NOT EXISTS progress {{json}} DEFAULT '{}';
ALTER TABLE generated_videos ADD COLUMN IF NOT EXISTS video_url TEXT;
ALTER TABLE generated_videos ADD COLUMN IF NOT EXISTS storyboard_data {{json}};
ALTER TABLE generated_videos ADD COLUMN IF NOT EXISTS approved {{boolean}} DEFAULT FALSE;
ALTER TABLE generated_videos ADD COLUMN IF NOT EXISTS approved_at {{instant}};
ALTER TABLE generated_videos ADD COLUMN IF NOT EXISTS estimated_cost {{float}} DEFAULT 0;
ALTER TABLE generated_videos ADD COLUMN IF NOT EXISTS actual_cost {{float}} DEFAULT 0;
ALTER TABLE generated_videos ADD COLUMN IF NOT EXISTS retry_count INTEGER DEFAULT 0;
ALTER TABLE generated_videos ADD COLUMN IF NOT EXISTS error_message TEXT;
ALTER TABLE generated_videos ADD COLUMN IF NOT EXISTS updated_at {{instant}};

-- Ours. The two costs above are dollars for readers; the micro-dollars are what counts.
ALTER TABLE generated_videos ADD COLUMN IF NOT EXISTS owner TEXT;
ALTER TABLE generated_videos ADD COLUMN IF NOT EXISTS name TEXT;
ALTER TABLE generated_videos ADD COLUMN IF NOT EXISTS brief {{json}};
ALTER TABLE generated_videos ADD COLUMN IF NOT EXISTS plan {{json}};
ALTER TABLE generated_videos ADD COLUMN IF NOT EXISTS script {{json}};
ALTER TABLE generated_videos ADD COLUMN IF NOT EXISTS storyboard_notes {{json}};
ALTER TABLE generated_videos ADD COLUMN IF NOT EXISTS approved_sha256 TEXT;
ALTER TABLE generated_videos ADD COLUMN IF NOT EXISTS run_id TEXT;
ALTER TABLE generated_videos ADD COLUMN IF NOT EXISTS refine_count INTEGER DEFAULT 0;
ALTER TABLE generated_videos ADD COLUMN IF NOT EXISTS estimated_micros {{bigint}} DEFAULT 0;
ALTER TABLE generated_videos ADD COLUMN IF NOT EXISTS actual_micros {{bigint}} DEFAULT 0;

CREATE INDEX IF NOT EXISTS idx_videos_status ON generated_videos (status);
CREATE INDEX IF NOT EXISTS idx_videos_campaign ON generated_videos (campaign_id);
CREATE INDEX IF NOT EXISTS idx_videos_client ON generated_videos (client_id);
CREATE INDEX IF NOT EXISTS idx_videos_updated ON generated_videos (updated_at);
CREATE INDEX IF NOT EXISTS idx_videos_approved ON generated_videos (approved);
CREATE INDEX IF NOT EXISTS idx_videos_owner ON generated_videos (owner, id);

-- Rows of an older table get their stamp, and their dollars to the micro-dollar.
UPDATE generated_videos SET created_at = {{now}} WHERE created_at IS NULL;
UPDATE generated_videos SET updated_at = created_at WHERE updated_at IS NULL;
UPDATE generated_videos SET estimated_micros = CAST(ROUND(estimated_cost * 1000000) AS {{bigint}})
    WHERE estimated_micros = 0 AND estimated_cost <> 0;
UPDATE generated_videos SET actual_micros = CAST(ROUND(actual_cost * 1000000) AS {{bigint}})
    WHERE actual_micros = 0 AND actual_cost <> 0;

-- Whom a video is for. What a brand asks for rests with its client.
CREATE TABLE IF NOT EXISTS clients (
    client_id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    brand {{json}} NOT NULL,
    created_at {{instant}} NOT NULL,
    updated_at {{instant}} NOT NULL
);

CREATE TABLE IF NOT EXISTS campaigns (
    campaign_id TEXT NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL REFERENCES clients (client_id),
    name TEXT NOT NULL,
    goal TEXT NOT NULL,
    status TEXT NOT NULL,
    product_url TEXT,
    brief {{json}},
    created_at {{instant}} NOT NULL,
    updated_at {{instant}} NOT NULL
);
CREATE INDEX IF NOT EXISTS idx_campaigns_client ON campaigns (client_id, campaign_id);

CREATE TABLE IF NOT EXISTS uploaded_assets (
    asset_id {{id}} NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL,
    owner TEXT NOT NULL,
    path TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    size_bytes {{bigint}} NOT NULL,
    sha256 TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    duration_ms INTEGER,
    footage_asset_id {{id}} REFERENCES assets (asset_id) ON DELETE SET NULL,
    created_at {{instant}} NOT NULL
);
CREATE INDEX IF NOT EXISTS idx_uploaded_assets_client ON uploaded_assets (client_id, asset_id);
CREATE INDEX IF NOT EXISTS idx_uploaded_assets_owner ON uploaded_assets (owner, asset_id);
CREATE INDEX IF NOT EXISTS idx_uploaded_assets_footage ON uploaded_assets (footage_asset_id);

CREATE TABLE IF NOT EXISTS variants (
    variant_id {{id}} NOT NULL PRIMARY KEY,
    video_id TEXT NOT NULL REFERENCES generated_videos (id) ON DELETE CASCADE,
    run_id TEXT NOT NULL,
    label TEXT NOT NULL,
    element TEXT NOT NULL,
    shape TEXT NOT NULL,
    path TEXT NOT NULL,
    srt_path TEXT,
    vtt_path TEXT,
    thumbnail_path TEXT,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    size_bytes {{bigint}} NOT NULL,
    sha256 TEXT NOT NULL,
    lufs {{float}},
    verdict {{json}} NOT NULL,
    approval_sha256 TEXT NOT NULL,
    created_at {{instant}} DEFAULT {{now}}
);
CREATE UNIQUE INDEX IF NOT EXISTS idx_variants_once ON variants (video_id, label, shape);

-- What was ordered from a generation service, and how its callbacks find it. Only the token's hash rests here.
CREATE TABLE IF NOT EXISTS visual_tasks (
    order_key TEXT NOT NULL PRIMARY KEY,
    video_id TEXT NOT NULL REFERENCES generated_videos (id) ON DELETE CASCADE,
    scene_id TEXT NOT NULL,
    service TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    external_id TEXT,
    state TEXT NOT NULL,
    woken_at {{instant}},
    created_at {{instant}} NOT NULL,
    updated_at {{instant}} NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS idx_visual_tasks_token ON visual_tasks (token_hash);
CREATE INDEX IF NOT EXISTS idx_visual_tasks_video ON visual_tasks (video_id, scene_id);

CREATE TABLE IF NOT EXISTS visual_callbacks (
    service TEXT NOT NULL,
    delivery_id TEXT NOT NULL,
    order_key TEXT NOT NULL REFERENCES visual_tasks (order_key) ON DELETE CASCADE,
    received_at {{instant}} NOT NULL,
    PRIMARY KEY (service, delivery_id)
);
CREATE INDEX IF NOT EXISTS idx_visual_callbacks_task ON visual_callbacks (order_key);
