-- What deals are worth: a table of stages per tenant, what the CRM told, and what is reckoned from it.
-- Amounts are minor units (cents) of the tenant's currency; `stage_values` is {stage: {value, confidence, description}}.

CREATE TABLE IF NOT EXISTS synthetic_revenue_config (
    id {{id}} NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL UNIQUE,
    stage_values {{json}} NOT NULL,
    avg_deal_value {{bigint}},
    sales_cycle_days {{float}},
    win_rate {{float}},
    is_active {{boolean}} NOT NULL,
    created_by TEXT,
    notes TEXT,
    created_at {{instant}} NOT NULL,
    updated_at {{instant}} NOT NULL,
    updated_by TEXT,
    currency TEXT NOT NULL,
    currency_offset INTEGER NOT NULL,
    aliases {{json}} NOT NULL,
    won_stage TEXT NOT NULL,
    lost_stage TEXT NOT NULL,
    probability {{json}}
);

-- One row per deal: where it stands now. Whoever writes of a deal locks this row first.
CREATE TABLE IF NOT EXISTS deal_values (
    tenant_id TEXT NOT NULL,
    deal_id TEXT NOT NULL,
    stage TEXT,
    level {{bigint}} NOT NULL,
    expected {{bigint}},
    confidence {{float}} NOT NULL,
    won {{boolean}} NOT NULL,
    lost {{boolean}} NOT NULL,
    value {{bigint}},
    updated_at {{instant}} NOT NULL,
    recorded_at {{instant}} NOT NULL,
    PRIMARY KEY (tenant_id, deal_id)
);
CREATE INDEX IF NOT EXISTS idx_deal_values_updated ON deal_values (tenant_id, updated_at, deal_id);
CREATE INDEX IF NOT EXISTS idx_deal_values_stage ON deal_values (tenant_id, stage);

-- What was told, also of stages that nobody has mapped yet; the ledger is reckoned from it, never the other way.
CREATE TABLE IF NOT EXISTS deal_stage_events (
    tenant_id TEXT NOT NULL,
    deal_id TEXT NOT NULL,
    stage TEXT NOT NULL,
    at {{instant}} NOT NULL,
    deal_value {{bigint}},
    value_at {{instant}},
    source TEXT NOT NULL,
    recorded_at {{instant}} NOT NULL,
    PRIMARY KEY (tenant_id, deal_id, stage, at),
    FOREIGN KEY (tenant_id, deal_id) REFERENCES deal_values (tenant_id, deal_id) ON DELETE CASCADE
);

CREATE TABLE IF NOT EXISTS deal_ledger (
    tenant_id TEXT NOT NULL,
    deal_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    stage_from TEXT,
    stage_to TEXT NOT NULL,
    level {{bigint}} NOT NULL,
    increment {{bigint}} NOT NULL,
    confidence {{float}} NOT NULL,
    at {{instant}} NOT NULL,
    PRIMARY KEY (tenant_id, deal_id, number),
    FOREIGN KEY (tenant_id, deal_id) REFERENCES deal_values (tenant_id, deal_id) ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS idx_deal_ledger_at ON deal_ledger (tenant_id, at);

CREATE TABLE IF NOT EXISTS stage_flags (
    tenant_id TEXT NOT NULL,
    deal_id TEXT NOT NULL,
    stage TEXT NOT NULL,
    at {{instant}} NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (tenant_id, deal_id, stage, at),
    FOREIGN KEY (tenant_id, deal_id) REFERENCES deal_values (tenant_id, deal_id) ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS idx_stage_flags_stage ON stage_flags (tenant_id, stage);

-- The founding documents' tenants. A stage's value is its chance of winning times the average deal, so each chance below
-- is value / average deal; where the value is 0 the chance is not known and is left out.
-- The documents explain 2,250 as "15 % show rate x 60 % close rate x 15,000", which is 1,350. 2,250 is 15 % of 15,000:
-- it says that 15 of 100 appointments are won. The number is kept; closed deals will say what is true.
-- Of HubSpot's own stages only those of the same meaning are mapped. The others are refused and flagged until a
-- person says what they are.
INSERT INTO synthetic_revenue_config (
    id, tenant_id, stage_values, avg_deal_value, sales_cycle_days, win_rate, is_active, created_by, notes,
    created_at, updated_at, updated_by, currency, currency_offset, aliases, won_stage, lost_stage, probability
) VALUES (
    'f4388fd2-0022-554c-a30d-e5b8f301be96',
    'ptd_fitness',
    '{"lead": {"value": 0, "confidence": 0.10, "description": "A lead; its chance of winning is not known"},
      "appointment_scheduled": {"value": 225000, "confidence": 0.60, "description": "15 % of an average deal"},
      "show_up": {"value": 900000, "confidence": 0.85, "description": "60 % of an average deal"},
      "closed_won": {"value": 1500000, "confidence": 1.00, "description": "The average deal"},
      "closed_lost": {"value": 0, "confidence": 1.00, "description": "Lost"}}',
    1500000, 6, 0.60, TRUE, 'kinoloop',
    'The documents explain 2,250 as 15 % x 60 % x 15,000, which is 1,350. 2,250 is 15 % of 15,000 and is kept as given.',
    {{now}}, {{now}}, NULL, 'USD', 100,
    '{"appointmentscheduled": "appointment_scheduled", "closedwon": "closed_won", "closedlost": "closed_lost"}',
    'closed_won', 'closed_lost',
    '{"appointment_scheduled": 0.15, "show_up": 0.60, "closed_won": 1, "closed_lost": 0}'
), (
    'cc0b909c-53ef-5974-8fff-b1a03a5d03da',
    'template_ecommerce',
    '{"add_to_cart": {"value": 1500, "confidence": 0.25, "description": "25 % of an average order"},
      "initiated_checkout": {"value": 4500, "confidence": 0.75, "description": "75 % of an average order"},
      "purchase": {"value": 6000, "confidence": 1.00, "description": "The average order"}}',
    6000, 0, 0.75, TRUE, 'kinoloop', 'A template: copy it under your own tenant and correct the numbers.',
    {{now}}, {{now}}, NULL, 'USD', 100, '{}', 'purchase', 'closed_lost',
    '{"add_to_cart": 0.25, "initiated_checkout": 0.75, "purchase": 1, "closed_lost": 0}'
), (
    'bb6fbfa7-474e-5e2f-9a2f-f4f3000ca03f',
    'template_b2b_saas',
    '{"MQL": {"value": 10000, "confidence": 0.05, "description": "1 % of an average deal"},
      "SQL": {"value": 200000, "confidence": 0.20, "description": "20 % of an average deal"},
      "demo_scheduled": {"value": 350000, "confidence": 0.35, "description": "35 % of an average deal"},
      "proposal_sent": {"value": 600000, "confidence": 0.60, "description": "60 % of an average deal"},
      "closed_won": {"value": 1000000, "confidence": 1.00, "description": "The average deal"}}',
    1000000, 45, 0.20, TRUE, 'kinoloop', 'A template: copy it under your own tenant and correct the numbers.',
    {{now}}, {{now}}, NULL, 'USD', 100, '{"closedwon": "closed_won", "closedlost": "closed_lost"}',
    'closed_won', 'closed_lost',
    '{"MQL": 0.01, "SQL": 0.20, "demo_scheduled": 0.35, "proposal_sent": 0.60, "closed_won": 1, "closed_lost": 0}'
) ON CONFLICT (tenant_id) DO NOTHING;
