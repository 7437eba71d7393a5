-- Learnt models: what they are, which one is used, and how a challenger does against it; predictions in full.

-- The seed's columns, and ours. `artifact` holds the model itself; `artifact_path` is its address, by its hash.
CREATE TABLE IF NOT EXISTS model_registry (
    id {{id}} NOT NULL PRIMARY KEY,
    model_name TEXT NOT NULL,
    version TEXT NOT NULL,
    artifact_path TEXT NOT NULL,
    training_metrics {{json}} NOT NULL,
    is_champion {{boolean}} NOT NULL,
    created_at {{instant}} NOT NULL,
    promoted_at {{instant}},
    sha256 TEXT NOT NULL,
    artifact {{bytes}} NOT NULL,
    learnt_from TEXT NOT NULL,
    learnt_until TEXT NOT NULL,
    learnt_rows {{bigint}} NOT NULL,
    UNIQUE (model_name, version),
    UNIQUE (model_name, sha256)
);
CREATE UNIQUE INDEX IF NOT EXISTS idx_model_registry_champion ON model_registry (model_name) WHERE is_champion;
CREATE INDEX IF NOT EXISTS idx_model_registry_sha256 ON model_registry (sha256);

-- Who put which model in the place of which, and why. A rollback is a row, too.
CREATE TABLE IF NOT EXISTS model_promotions (
    entry {{serial}} PRIMARY KEY,
    model_name TEXT NOT NULL,
    what TEXT NOT NULL,
    from_id {{id}},
    to_id {{id}} NOT NULL REFERENCES model_registry (id),
    at {{instant}} NOT NULL,
    who TEXT NOT NULL,
    reason TEXT NOT NULL,
    evidence {{json}} NOT NULL
);
CREATE INDEX IF NOT EXISTS idx_model_promotions_name ON model_promotions (model_name, entry);

-- A challenger beside the champion on results that neither had seen. One open trial for a name at most.
CREATE TABLE IF NOT EXISTS model_trials (
    trial_id {{id}} NOT NULL PRIMARY KEY,
    model_name TEXT NOT NULL,
    champion_id {{id}} NOT NULL REFERENCES model_registry (id),
    challenger_id {{id}} NOT NULL REFERENCES model_registry (id),
    opened_at {{instant}} NOT NULL,
    closed_at {{instant}},
    verdict TEXT,
    reason TEXT,
    evidence {{json}}
);
CREATE UNIQUE INDEX IF NOT EXISTS idx_model_trials_open ON model_trials (model_name) WHERE closed_at IS NULL;
CREATE INDEX IF NOT EXISTS idx_model_trials_name ON model_trials (model_name, trial_id);

-- One row for each unit (a campaign) that has been judged: by how much the challenger was better.
CREATE TABLE IF NOT EXISTS model_trial_units (
    entry {{serial}} PRIMARY KEY,
    trial_id {{id}} NOT NULL REFERENCES model_trials (trial_id) ON DELETE CASCADE,
    unit TEXT NOT NULL,
    gain {{float}} NOT NULL,
    weight {{float}} NOT NULL,
    at {{instant}} NOT NULL,
    UNIQUE (trial_id, unit)
);

-- Whose prediction it is, what it was made from, how sure it was, and what really happened in which days.
ALTER TABLE predictions ADD COLUMN IF NOT EXISTS tenant_id TEXT;
ALTER TABLE predictions ADD COLUMN IF NOT EXISTS account_id TEXT;
ALTER TABLE predictions ADD COLUMN IF NOT EXISTS campaign_id TEXT;
ALTER TABLE predictions ADD COLUMN IF NOT EXISTS video_id TEXT;
ALTER TABLE predictions ADD COLUMN IF NOT EXISTS platform TEXT;
ALTER TABLE predictions ADD COLUMN IF NOT EXISTS hook_type TEXT;
ALTER TABLE predictions ADD COLUMN IF NOT EXISTS template_type TEXT;
ALTER TABLE predictions ADD COLUMN IF NOT EXISTS model_name TEXT;
ALTER TABLE predictions ADD COLUMN IF NOT EXISTS model_sha256 TEXT;
ALTER TABLE predictions ADD COLUMN IF NOT EXISTS low {{float}};
ALTER TABLE predictions ADD COLUMN IF NOT EXISTS high {{float}};
ALTER TABLE predictions ADD COLUMN IF NOT EXISTS level {{float}};
ALTER TABLE predictions ADD COLUMN IF NOT EXISTS base_rate {{float}};
ALTER TABLE predictions ADD COLUMN IF NOT EXISTS evidence {{json}};
ALTER TABLE predictions ADD COLUMN IF NOT EXISTS known_until TEXT;
ALTER TABLE predictions ADD COLUMN IF NOT EXISTS actual_impressions {{bigint}};
ALTER TABLE predictions ADD COLUMN IF NOT EXISTS actual_clicks {{bigint}};
ALTER TABLE predictions ADD COLUMN IF NOT EXISTS actual_spend {{bigint}};
ALTER TABLE predictions ADD COLUMN IF NOT EXISTS actuals_fetched_at {{instant}};
CREATE INDEX IF NOT EXISTS idx_predictions_tenant ON predictions (tenant_id, prediction_id);
CREATE INDEX IF NOT EXISTS idx_predictions_model ON predictions (model_sha256, ad_id);
CREATE INDEX IF NOT EXISTS idx_predictions_open ON predictions (tenant_id, known_until)
    WHERE actuals_fetched_at IS NULL;
