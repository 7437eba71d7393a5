-- The CRM: portals, the inbox of its events, the mirror of deals and people, sync cursors and reports.

CREATE TABLE IF NOT EXISTS crm_portals (
    portal_id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    connected_at {{instant}} NOT NULL,
    connected_by TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS idx_crm_portals_tenant ON crm_portals (tenant_id);

-- The inbox. `key` leaves the attempt number out: the same event delivered again is the same row.
CREATE TABLE IF NOT EXISTS crm_events (
    key TEXT NOT NULL PRIMARY KEY,
    delivery_id TEXT NOT NULL,
    tenant_id TEXT,
    portal_id TEXT NOT NULL,
    subscription_type TEXT NOT NULL,
    kind TEXT,
    change TEXT NOT NULL,
    object_id TEXT NOT NULL,
    property_name TEXT,
    property_value TEXT,
    deal_ids {{json}} NOT NULL,
    contact_ids {{json}} NOT NULL,
    occurred_at {{instant}},
    attempt INTEGER NOT NULL,
    times INTEGER NOT NULL,
    received_at {{instant}} NOT NULL,
    raw {{json}} NOT NULL,
    state TEXT NOT NULL,
    note TEXT,
    tries INTEGER NOT NULL,
    due_at {{instant}},
    taken_by TEXT,
    taken_until {{instant}},
    handled_at {{instant}}
);
CREATE INDEX IF NOT EXISTS idx_crm_events_delivery ON crm_events (delivery_id);
CREATE INDEX IF NOT EXISTS idx_crm_events_due ON crm_events (state, due_at);
CREATE INDEX IF NOT EXISTS idx_crm_events_object ON crm_events (tenant_id, kind, object_id);
CREATE INDEX IF NOT EXISTS idx_crm_events_occurred ON crm_events (tenant_id, occurred_at);
CREATE INDEX IF NOT EXISTS idx_crm_events_received ON crm_events (received_at, key);

CREATE TABLE IF NOT EXISTS crm_deals (
    tenant_id TEXT NOT NULL,
    deal_id TEXT NOT NULL,
    pipeline TEXT,
    stage TEXT,
    amount TEXT,
    currency TEXT,
    created_at {{instant}},
    modified_at {{instant}},
    closed {{boolean}},
    won {{boolean}},
    source TEXT NOT NULL,
    read_at {{instant}} NOT NULL,
    gone_at {{instant}},
    note TEXT,
    PRIMARY KEY (tenant_id, deal_id)
);
CREATE INDEX IF NOT EXISTS idx_crm_deals_modified ON crm_deals (tenant_id, modified_at);

CREATE TABLE IF NOT EXISTS crm_deal_contacts (
    tenant_id TEXT NOT NULL,
    deal_id TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    PRIMARY KEY (tenant_id, deal_id, contact_id)
);
CREATE INDEX IF NOT EXISTS idx_crm_deal_contacts_contact ON crm_deal_contacts (tenant_id, contact_id);

-- No names and no addresses: only what links a person to a click.
CREATE TABLE IF NOT EXISTS crm_contacts (
    tenant_id TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    created_at {{instant}} NOT NULL,
    click_id TEXT,
    fbclid TEXT,
    visitor_id TEXT,
    read_at {{instant}} NOT NULL,
    forgotten_at {{instant}},
    PRIMARY KEY (tenant_id, contact_id)
);

CREATE TABLE IF NOT EXISTS crm_stage_moves (
    tenant_id TEXT NOT NULL,
    deal_id TEXT NOT NULL,
    stage TEXT NOT NULL,
    at {{instant}} NOT NULL,
    source TEXT NOT NULL,
    seen_at {{instant}} NOT NULL,
    PRIMARY KEY (tenant_id, deal_id, stage, at)
);
CREATE INDEX IF NOT EXISTS idx_crm_stage_moves_at ON crm_stage_moves (tenant_id, at);

CREATE TABLE IF NOT EXISTS crm_conversions (
    conversion_id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    object_id TEXT NOT NULL,
    contact_id TEXT,
    evidence TEXT NOT NULL,
    method TEXT NOT NULL,
    confidence {{float}} NOT NULL,
    click_id TEXT,
    ad_id TEXT,
    campaign_id TEXT,
    attributed_at {{instant}} NOT NULL
);
CREATE INDEX IF NOT EXISTS idx_crm_conversions_object ON crm_conversions (tenant_id, kind, object_id);

CREATE TABLE IF NOT EXISTS crm_cursors (
    tenant_id TEXT NOT NULL PRIMARY KEY,
    cursor_at {{instant}} NOT NULL,
    reconciled_until {{instant}} NOT NULL,
    updated_at {{instant}} NOT NULL
);

CREATE TABLE IF NOT EXISTS crm_syncs (
    sync_id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    started_at {{instant}} NOT NULL,
    finished_at {{instant}},
    since {{instant}} NOT NULL,
    position {{instant}} NOT NULL,
    state TEXT NOT NULL,
    listed INTEGER NOT NULL,
    stored INTEGER NOT NULL,
    gone INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    told_by_both INTEGER NOT NULL,
    only_sync INTEGER NOT NULL,
    only_webhook INTEGER NOT NULL,
    missed {{json}} NOT NULL,
    window_from {{instant}},
    window_to {{instant}},
    error TEXT
);
CREATE INDEX IF NOT EXISTS idx_crm_syncs_tenant ON crm_syncs (tenant_id, started_at);

CREATE TABLE IF NOT EXISTS crm_reported_values (
    value_id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    ad_id TEXT NOT NULL,
    value TEXT NOT NULL,
    reported_at {{instant}} NOT NULL,
    who TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS idx_crm_reported_values_ad ON crm_reported_values (tenant_id, ad_id, reported_at);

-- An outbox, written with the ledger and handed on after it.
CREATE TABLE IF NOT EXISTS crm_budget_wishes (
    wish_id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    deal_id TEXT NOT NULL,
    stage TEXT NOT NULL,
    at {{instant}} NOT NULL,
    increment {{bigint}} NOT NULL,
    stage_confidence {{float}} NOT NULL,
    attribution_confidence {{float}} NOT NULL,
    step {{float}} NOT NULL,
    ad_id TEXT,
    campaign_id TEXT NOT NULL,
    reason TEXT NOT NULL,
    created_at {{instant}} NOT NULL,
    state TEXT NOT NULL,
    answer TEXT,
    tries INTEGER NOT NULL,
    due_at {{instant}},
    settled_at {{instant}}
);
CREATE INDEX IF NOT EXISTS idx_crm_budget_wishes_deal ON crm_budget_wishes (tenant_id, deal_id);
CREATE INDEX IF NOT EXISTS idx_crm_budget_wishes_state ON crm_budget_wishes (state, due_at);
