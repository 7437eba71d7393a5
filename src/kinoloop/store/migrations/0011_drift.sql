-- What a person approved to be shown by each ad, and the alarms when the platform shows something else.

CREATE TABLE IF NOT EXISTS ad_contents (
    content_id {{id}} NOT NULL PRIMARY KEY,
    ad_id TEXT NOT NULL,
    account_id TEXT NOT NULL REFERENCES ad_accounts (account_id) ON DELETE CASCADE,
    content {{json}} NOT NULL,
    sha256 TEXT NOT NULL,
    approved_by TEXT NOT NULL,
    approved_at {{instant}} NOT NULL,
    video_id TEXT,
    variant_id TEXT,
    superseded_at {{instant}}
);
CREATE UNIQUE INDEX IF NOT EXISTS idx_ad_contents_standing ON ad_contents (ad_id) WHERE superseded_at IS NULL;
CREATE INDEX IF NOT EXISTS idx_ad_contents_account ON ad_contents (account_id, ad_id);

-- One open alarm for an ad at most.
CREATE TABLE IF NOT EXISTS creative_drifts (
    drift_id {{id}} NOT NULL PRIMARY KEY,
    ad_id TEXT NOT NULL,
    account_id TEXT NOT NULL REFERENCES ad_accounts (account_id) ON DELETE CASCADE,
    approved_sha256 TEXT NOT NULL,
    differences {{json}} NOT NULL,
    served {{json}} NOT NULL,
    found_at {{instant}} NOT NULL,
    change_id {{id}},
    note TEXT,
    cleared_at {{instant}},
    cleared_by TEXT
);
CREATE UNIQUE INDEX IF NOT EXISTS idx_creative_drifts_open ON creative_drifts (ad_id) WHERE cleared_at IS NULL;
CREATE INDEX IF NOT EXISTS idx_creative_drifts_account ON creative_drifts (account_id, drift_id);

-- The last comparison of each account: how many ads, how many nobody approved, what the platform did not tell.
CREATE TABLE IF NOT EXISTS drift_checks (
    account_id TEXT NOT NULL PRIMARY KEY REFERENCES ad_accounts (account_id) ON DELETE CASCADE,
    checked_at {{instant}} NOT NULL,
    compared INTEGER NOT NULL,
    unapproved INTEGER NOT NULL,
    untold {{json}} NOT NULL
);
