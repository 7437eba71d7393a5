-- Which money goes to which ad: what was known, what was decided, what was asked for. Money is whole minor units.

-- What a person says of an account's decisions; without a row the documented defaults hold.
CREATE TABLE IF NOT EXISTS budget_settings (
    account_id TEXT NOT NULL PRIMARY KEY REFERENCES ad_accounts (account_id) ON DELETE CASCADE,
    settings {{json}} NOT NULL,
    set_by TEXT NOT NULL,
    set_at {{instant}} NOT NULL
);

-- What was known, as compressed canonical bytes; the key is the SHA-256 of the bytes before compression.
CREATE TABLE IF NOT EXISTS budget_views (
    sha256 TEXT NOT NULL PRIMARY KEY,
    data {{bytes}} NOT NULL,
    size {{bigint}} NOT NULL,
    created_at {{instant}} NOT NULL
);

-- One row for each account and round. The key makes a repeated step find the round that it has already written.
CREATE TABLE IF NOT EXISTS budget_decisions (
    id {{id}} NOT NULL PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    tenant_id TEXT NOT NULL,
    account_id TEXT NOT NULL REFERENCES ad_accounts (account_id) ON DELETE CASCADE,
    at {{instant}} NOT NULL,
    policy TEXT NOT NULL,
    seed {{bigint}} NOT NULL,
    settings {{json}} NOT NULL,
    mode TEXT NOT NULL,
    currency TEXT NOT NULL,
    currency_offset INTEGER NOT NULL,
    view_sha256 TEXT NOT NULL REFERENCES budget_views (sha256),
    round {{bytes}} NOT NULL,
    round_sha256 TEXT NOT NULL,
    made_by {{json}} NOT NULL,
    notes {{json}} NOT NULL,
    ads INTEGER NOT NULL,
    spend {{bigint}} NOT NULL,
    stands {{bigint}} NOT NULL,
    total {{bigint}} NOT NULL,
    launch {{bigint}} NOT NULL
);
CREATE INDEX IF NOT EXISTS idx_budget_decisions_account ON budget_decisions (account_id, at);

-- One row for each ad of a round. `share` is its part of the money handed out: the propensity that a policy is tried on.
CREATE TABLE IF NOT EXISTS budget_decision_ads (
    decision_id {{id}} NOT NULL REFERENCES budget_decisions (id) ON DELETE CASCADE,
    ad_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    at {{instant}} NOT NULL,
    name TEXT NOT NULL,
    owner_id TEXT,
    word TEXT NOT NULL,
    stood TEXT NOT NULL,
    standing TEXT NOT NULL,
    before_budget {{bigint}} NOT NULL,
    budget {{bigint}} NOT NULL,
    share {{float}} NOT NULL,
    mean {{float}},
    low {{float}},
    high {{float}},
    mu {{float}},
    sd {{float}},
    chance_loser {{float}},
    chance_best {{float}},
    maturity {{float}},
    fatigue {{float}},
    coming {{float}},
    disagreement {{float}},
    wait_days {{float}},
    wait_spend {{bigint}},
    reason TEXT NOT NULL,
    parts {{json}} NOT NULL,
    PRIMARY KEY (decision_id, ad_id)
);
CREATE INDEX IF NOT EXISTS idx_budget_decision_ads_ad ON budget_decision_ads (ad_id, at);
CREATE INDEX IF NOT EXISTS idx_budget_decision_ads_account ON budget_decision_ads (account_id, stood, at);

-- What a round asks the queue of changes for: a budget or a status of one entity. `note` says why nothing came of it.
CREATE TABLE IF NOT EXISTS budget_decision_steps (
    decision_id {{id}} NOT NULL REFERENCES budget_decisions (id) ON DELETE CASCADE,
    entity_id TEXT NOT NULL,
    change_type TEXT NOT NULL,
    place INTEGER NOT NULL,
    kind TEXT NOT NULL,
    before_value {{json}} NOT NULL,
    requested {{json}} NOT NULL,
    reason TEXT NOT NULL,
    expected {{json}} NOT NULL,
    confidence {{float}},
    ad_ids {{json}} NOT NULL,
    change_id {{id}},
    note TEXT,
    PRIMARY KEY (decision_id, entity_id, change_type)
);
CREATE INDEX IF NOT EXISTS idx_budget_decision_steps_change ON budget_decision_steps (change_id);
