-- What ads really brought, as somebody told it. Only ever added to: the newest of an ad counts.
-- Money is whole minor units of the currency beside it; actual_roas is NULL where nothing was spent.

CREATE TABLE IF NOT EXISTS bandit_feedback (
    id {{id}} NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    ad_id TEXT NOT NULL,
    actual_pipeline_value {{bigint}} NOT NULL,
    actual_spend {{bigint}} NOT NULL,
    actual_roas {{float}},
    currency TEXT NOT NULL,
    created_at {{instant}} NOT NULL
);
CREATE INDEX IF NOT EXISTS idx_bandit_feedback_ad ON bandit_feedback (tenant_id, currency, ad_id, created_at);
