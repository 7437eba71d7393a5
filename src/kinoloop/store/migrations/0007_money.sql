-- Money, consent and decisions: a day's budget, what is set aside, each provider event, who said yes, who decided what.
-- Amounts are millionths of a dollar. A day is its ISO date in UTC.

CREATE TABLE IF NOT EXISTS cost_days (
    day TEXT NOT NULL PRIMARY KEY,
    spent {{bigint}} NOT NULL,
    held {{bigint}} NOT NULL CHECK (held >= 0),
    soft {{bigint}} NOT NULL,
    hard {{bigint}} NOT NULL,
    soft_crossed_at {{instant}}
);

CREATE TABLE IF NOT EXISTS cost_holds (
    hold_id TEXT NOT NULL PRIMARY KEY,
    job_id TEXT NOT NULL,
    day TEXT NOT NULL REFERENCES cost_days (day),
    amount {{bigint}} NOT NULL,
    used {{bigint}} NOT NULL,
    committed {{bigint}} NOT NULL,
    closed {{boolean}} NOT NULL,
    created_at {{instant}} NOT NULL,
    closed_at {{instant}}
);
CREATE INDEX IF NOT EXISTS idx_cost_holds_job ON cost_holds (job_id);

-- No reference to the job: what was paid stays on record when the job is deleted.
CREATE TABLE IF NOT EXISTS cost_entries (
    entry_id TEXT NOT NULL PRIMARY KEY,
    hold_id TEXT REFERENCES cost_holds (hold_id),
    job_id TEXT NOT NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    operation TEXT NOT NULL,
    quantity {{float}} NOT NULL,
    unit TEXT NOT NULL,
    amount {{bigint}} NOT NULL,
    expected {{bigint}} NOT NULL,
    state TEXT NOT NULL,
    external_id TEXT,
    reason TEXT,
    price_version TEXT NOT NULL,
    day TEXT NOT NULL REFERENCES cost_days (day),
    created_at {{instant}} NOT NULL,
    settled_at {{instant}}
);
CREATE INDEX IF NOT EXISTS idx_cost_entries_job ON cost_entries (job_id, created_at);
CREATE INDEX IF NOT EXISTS idx_cost_entries_hold ON cost_entries (hold_id);
CREATE INDEX IF NOT EXISTS idx_cost_entries_day ON cost_entries (day, state);
CREATE INDEX IF NOT EXISTS idx_cost_entries_state ON cost_entries (state, created_at);

-- An answer is never rewritten; it can only be made void.
CREATE TABLE IF NOT EXISTS approvals (
    approval_id {{id}} NOT NULL PRIMARY KEY,
    subject TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    answer TEXT NOT NULL,
    who TEXT NOT NULL,
    what TEXT NOT NULL,
    at {{instant}} NOT NULL,
    void_at {{instant}},
    void_reason TEXT
);
CREATE INDEX IF NOT EXISTS idx_approvals_subject ON approvals (subject, at);

CREATE TABLE IF NOT EXISTS node_decisions (
    decision_id {{id}} NOT NULL PRIMARY KEY,
    run_id TEXT NOT NULL,
    subject TEXT NOT NULL,
    node TEXT NOT NULL,
    decision TEXT NOT NULL,
    reason TEXT NOT NULL,
    confidence {{float}},
    alternatives {{json}} NOT NULL,
    made_by TEXT NOT NULL,
    at {{instant}} NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS idx_node_decisions_once ON node_decisions (run_id, node);
CREATE INDEX IF NOT EXISTS idx_node_decisions_subject ON node_decisions (subject, at);
