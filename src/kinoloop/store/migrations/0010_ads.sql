-- Ad accounts and what is in them, the queue of changes and their audit, with the seed's columns, and ours.
-- Money is whole minor units of the account's currency (cents; whole yen), never a float.

CREATE TABLE IF NOT EXISTS ad_accounts (
    account_id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    platform TEXT NOT NULL,
    name TEXT NOT NULL,
    currency TEXT NOT NULL,
    currency_offset INTEGER NOT NULL,
    timezone TEXT NOT NULL,
    authority TEXT NOT NULL DEFAULT 'draft',
    guards {{json}} NOT NULL,
    killed_at {{instant}},
    killed_by TEXT,
    kill_reason TEXT,
    platform_minimum {{bigint}},
    mirrored_at {{instant}}
);
CREATE INDEX IF NOT EXISTS idx_ad_accounts_tenant ON ad_accounts (tenant_id, account_id);

-- Campaigns, ad sets and ads as they were last seen. No reference to the parent: pages may arrive in any order.
CREATE TABLE IF NOT EXISTS ad_entities (
    entity_id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES ad_accounts (account_id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    parent_id TEXT,
    campaign_id TEXT NOT NULL,
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    effective_status TEXT NOT NULL,
    daily_budget {{bigint}},
    bid {{bigint}},
    creative_id TEXT,
    audience TEXT,
    learning TEXT,
    updated_at {{instant}},
    seen_at {{instant}} NOT NULL,
    gone_at {{instant}},
    raw {{json}} NOT NULL
);
CREATE INDEX IF NOT EXISTS idx_ad_entities_account ON ad_entities (account_id, kind, entity_id);
CREATE INDEX IF NOT EXISTS idx_ad_entities_parent ON ad_entities (parent_id);
CREATE INDEX IF NOT EXISTS idx_ad_entities_campaign ON ad_entities (campaign_id);

-- The daily money that a person answers for, of each budget that automation has touched: the loss bound counts from here.
CREATE TABLE IF NOT EXISTS ad_levels (
    entity_id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES ad_accounts (account_id) ON DELETE CASCADE,
    campaign_id TEXT NOT NULL,
    approved {{bigint}} NOT NULL,
    approved_by TEXT,
    set_at {{instant}} NOT NULL
);
CREATE INDEX IF NOT EXISTS idx_ad_levels_account ON ad_levels (account_id);

CREATE TABLE IF NOT EXISTS ad_account_log (
    entry {{serial}} PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES ad_accounts (account_id) ON DELETE CASCADE,
    what TEXT NOT NULL,
    who TEXT NOT NULL,
    at {{instant}} NOT NULL,
    before {{json}},
    after {{json}},
    reason TEXT
);
CREATE INDEX IF NOT EXISTS idx_ad_account_log_account ON ad_account_log (account_id, entry);

-- The queue. The seed's values are numbers; wishes that are words (a status, a creative) rest in the columns beside them.
CREATE TABLE IF NOT EXISTS pending_ad_changes (
    id {{id}} NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    ad_entity_id TEXT NOT NULL,
    entity_type TEXT NOT NULL,
    change_type TEXT NOT NULL,
    current_value {{bigint}},
    requested_value {{bigint}},
    jitter_ms_min INTEGER NOT NULL DEFAULT 3000,
    jitter_ms_max INTEGER NOT NULL DEFAULT 18000,
    status TEXT NOT NULL DEFAULT 'proposed',
    earliest_execute_at {{instant}} NOT NULL,
    confidence_score {{float}},
    claimed_by TEXT,
    claimed_at {{instant}},
    executed_at {{instant}},
    error_message TEXT,
    created_at {{instant}} NOT NULL DEFAULT {{now}},
    account_id TEXT NOT NULL REFERENCES ad_accounts (account_id),
    campaign_id TEXT NOT NULL,
    current_text TEXT,
    requested_text TEXT,
    reason TEXT NOT NULL,
    triggered_by TEXT NOT NULL,
    key TEXT NOT NULL UNIQUE,
    expected {{json}} NOT NULL,
    exact {{boolean}} NOT NULL,
    dry_run {{boolean}} NOT NULL,
    tree {{json}} NOT NULL,
    sha256 TEXT NOT NULL,
    approved_by TEXT,
    approved_at {{instant}},
    lease_until {{instant}},
    attempts INTEGER NOT NULL DEFAULT 0,
    sent_value {{bigint}},
    sent_text TEXT,
    history_id {{id}},
    dead_letter {{boolean}} NOT NULL DEFAULT FALSE,
    reverts {{id}}
);
CREATE INDEX IF NOT EXISTS idx_pending_ad_changes_status ON pending_ad_changes (status, earliest_execute_at);
CREATE INDEX IF NOT EXISTS idx_pending_ad_changes_entity ON pending_ad_changes (tenant_id, ad_entity_id);
CREATE INDEX IF NOT EXISTS idx_pending_ad_changes_account ON pending_ad_changes (account_id, id);
CREATE INDEX IF NOT EXISTS idx_pending_ad_changes_reverts ON pending_ad_changes (reverts) WHERE reverts IS NOT NULL;

-- The audit: one row for each attempt that was sent, or stopped by a guard.
CREATE TABLE IF NOT EXISTS ad_change_history (
    id {{id}} NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    campaign_id TEXT NOT NULL,
    ad_id TEXT,
    adset_id TEXT,
    change_type TEXT NOT NULL,
    old_value {{json}},
    new_value {{json}},
    change_percentage {{float}},
    triggered_by TEXT NOT NULL,
    ml_confidence {{float}},
    reason TEXT NOT NULL,
    status TEXT NOT NULL,
    error_message TEXT,
    rate_limit_passed {{boolean}},
    velocity_check_passed {{boolean}},
    safety_override {{boolean}} NOT NULL DEFAULT FALSE,
    queued_at {{instant}} NOT NULL,
    started_at {{instant}} NOT NULL,
    completed_at {{instant}},
    meta_response {{json}},
    execution_duration_ms {{bigint}},
    created_at {{instant}} NOT NULL,
    updated_at {{instant}} NOT NULL,
    pending_change_id {{id}} NOT NULL REFERENCES pending_ad_changes (id),
    account_id TEXT NOT NULL REFERENCES ad_accounts (account_id),
    entity_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    approved_by TEXT,
    worker TEXT,
    read_back {{json}},
    guards {{json}} NOT NULL,
    dry_run {{boolean}} NOT NULL
);
CREATE INDEX IF NOT EXISTS idx_ad_change_history_account ON ad_change_history (account_id, started_at);
CREATE INDEX IF NOT EXISTS idx_ad_change_history_done ON ad_change_history (account_id, completed_at);
CREATE INDEX IF NOT EXISTS idx_ad_change_history_flight ON ad_change_history (account_id, status)
    WHERE status IN ('executing', 'unknown');
CREATE INDEX IF NOT EXISTS idx_ad_change_history_entity ON ad_change_history (entity_id, started_at);
CREATE INDEX IF NOT EXISTS idx_ad_change_history_change ON ad_change_history (pending_change_id);
