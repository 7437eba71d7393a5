-- Clicks, conversions, the log of every attempt (the seed's columns, and ours), and who is credited with how much.
-- Ids are text. Money is whole minor units. Addresses and devices are there with consent only and for a time.

CREATE TABLE IF NOT EXISTS click_tracking (
    id {{id}} NOT NULL PRIMARY KEY,
    click_id TEXT NOT NULL,
    fbclid TEXT,
    gclid TEXT,
    tenant_id TEXT NOT NULL,
    campaign_id TEXT,
    adset_id TEXT,
    ad_id TEXT NOT NULL,
    creative_id TEXT,
    fingerprint_hash TEXT,
    fingerprint_components {{json}},
    ip_address TEXT,
    ip_country TEXT,
    ip_city TEXT,
    user_agent TEXT,
    device_type TEXT,
    os TEXT,
    os_version TEXT,
    browser TEXT,
    browser_version TEXT,
    screen_width INTEGER,
    screen_height INTEGER,
    viewport_width INTEGER,
    viewport_height INTEGER,
    timezone TEXT,
    timezone_offset INTEGER,
    landing_page_url TEXT,
    referrer_url TEXT,
    utm_source TEXT,
    utm_medium TEXT,
    utm_campaign TEXT,
    utm_term TEXT,
    utm_content TEXT,
    click_timestamp {{instant}} NOT NULL,
    expires_at {{instant}} NOT NULL,
    is_valid {{boolean}} NOT NULL,
    created_at {{instant}} NOT NULL,
    visitor_id TEXT,
    language TEXT,
    consent {{boolean}} NOT NULL,
    ip_home TEXT,
    ip_near TEXT,
    ip_wide TEXT,
    forgotten_at {{instant}},
    UNIQUE (tenant_id, click_id)
);
CREATE INDEX IF NOT EXISTS idx_click_time ON click_tracking (tenant_id, click_timestamp);
CREATE INDEX IF NOT EXISTS idx_click_fbclid ON click_tracking (tenant_id, fbclid);
CREATE INDEX IF NOT EXISTS idx_click_visitor ON click_tracking (tenant_id, visitor_id);
CREATE INDEX IF NOT EXISTS idx_click_ad ON click_tracking (tenant_id, ad_id, click_timestamp);
CREATE INDEX IF NOT EXISTS idx_click_fingerprint ON click_tracking (tenant_id, fingerprint_hash, click_timestamp);
CREATE INDEX IF NOT EXISTS idx_click_home ON click_tracking (tenant_id, ip_home, click_timestamp);
CREATE INDEX IF NOT EXISTS idx_click_wide
    ON click_tracking (tenant_id, ip_wide, os, screen_width, screen_height, click_timestamp);
CREATE INDEX IF NOT EXISTS idx_click_city
    ON click_tracking (tenant_id, ip_city, os, screen_width, screen_height, click_timestamp);
CREATE INDEX IF NOT EXISTS idx_click_kept ON click_tracking (forgotten_at, tenant_id, click_timestamp);

CREATE TABLE IF NOT EXISTS conversion_tracking (
    id {{id}} NOT NULL PRIMARY KEY,
    conversion_id TEXT NOT NULL,
    external_id TEXT,
    tenant_id TEXT NOT NULL,
    conversion_type TEXT NOT NULL,
    conversion_value {{bigint}} NOT NULL,
    currency TEXT NOT NULL,
    is_synthetic {{boolean}} NOT NULL,
    crm_deal_id TEXT,
    crm_contact_id TEXT,
    crm_stage TEXT,
    attributed_click_id TEXT,
    attribution_method TEXT NOT NULL,
    attribution_confidence {{float}} NOT NULL,
    attribution_window_hours INTEGER NOT NULL,
    conversion_fingerprint_hash TEXT,
    fingerprint_match_score {{float}},
    probabilistic_candidates {{json}} NOT NULL,
    ip_address TEXT,
    user_agent TEXT,
    device_type TEXT,
    conversion_timestamp {{instant}} NOT NULL,
    attributed_at {{instant}} NOT NULL,
    raw_data {{json}} NOT NULL,
    created_at {{instant}} NOT NULL,
    click_id TEXT,
    fbclid TEXT,
    visitor_id TEXT,
    device {{json}},
    consent {{boolean}} NOT NULL,
    attributed_ad_id TEXT,
    attributed_campaign_id TEXT,
    reason TEXT NOT NULL,
    unattributed {{float}} NOT NULL,
    told_sha256 TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    forgotten_at {{instant}},
    UNIQUE (tenant_id, conversion_id)
);
CREATE INDEX IF NOT EXISTS idx_conversion_time ON conversion_tracking (tenant_id, conversion_timestamp);
CREATE INDEX IF NOT EXISTS idx_conversion_deal ON conversion_tracking (tenant_id, crm_deal_id);
CREATE INDEX IF NOT EXISTS idx_conversion_kept
    ON conversion_tracking (forgotten_at, tenant_id, conversion_timestamp);

-- One row per attempt. A layer that was tried and found nothing says so: match, ambiguous, no_match, not_attempted.
CREATE TABLE IF NOT EXISTS attribution_performance_log (
    id {{id}} NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    conversion_id TEXT NOT NULL,
    attempt_number INTEGER NOT NULL,
    layer_1_result TEXT NOT NULL,
    layer_2_result TEXT NOT NULL,
    layer_3_result TEXT NOT NULL,
    final_method TEXT NOT NULL,
    final_confidence {{float}} NOT NULL,
    success {{boolean}} NOT NULL,
    processing_time_ms {{float}} NOT NULL,
    created_at {{instant}} NOT NULL,
    layers {{json}} NOT NULL,
    UNIQUE (tenant_id, conversion_id, attempt_number)
);
CREATE INDEX IF NOT EXISTS idx_attribution_log_time ON attribution_performance_log (tenant_id, created_at);

CREATE TABLE IF NOT EXISTS attribution_credits (
    tenant_id TEXT NOT NULL,
    conversion_id TEXT NOT NULL,
    model TEXT NOT NULL,
    click_id TEXT NOT NULL,
    ad_id TEXT NOT NULL,
    campaign_id TEXT,
    share {{float}} NOT NULL,
    PRIMARY KEY (tenant_id, conversion_id, model, click_id)
);
CREATE INDEX IF NOT EXISTS idx_credits_ad ON attribution_credits (tenant_id, model, ad_id);

CREATE TABLE IF NOT EXISTS attribution_settings (
    tenant_id TEXT NOT NULL PRIMARY KEY,
    window_days {{float}} NOT NULL,
    matcher_days {{float}} NOT NULL,
    threshold {{float}} NOT NULL,
    organic {{float}} NOT NULL,
    cross_device {{float}} NOT NULL,
    currency TEXT NOT NULL,
    hosts {{json}} NOT NULL,
    parameters {{json}},
    updated_at {{instant}} NOT NULL,
    updated_by TEXT NOT NULL
);
