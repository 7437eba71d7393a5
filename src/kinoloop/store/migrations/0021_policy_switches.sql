-- Who put which budget policy in force, and what the log of the decisions before said of it. Only ever added to.
-- `admitted` is NULL where the log could not tell; then, and where it is false, `reason` is the person's yes.
CREATE TABLE IF NOT EXISTS policy_switches (
    id {{id}} NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES ad_accounts (account_id) ON DELETE CASCADE,
    at {{instant}} NOT NULL,
    who TEXT NOT NULL,
    from_policy TEXT NOT NULL,
    to_policy TEXT NOT NULL,
    admitted {{boolean}},
    told TEXT NOT NULL,
    reason TEXT NOT NULL,
    trial {{json}} NOT NULL
);
CREATE INDEX IF NOT EXISTS idx_policy_switches_account ON policy_switches (account_id, at);
