-- One row for each outside service: what all processes together know about its health.
CREATE TABLE IF NOT EXISTS circuit_breakers (
    name TEXT NOT NULL PRIMARY KEY,
    failures INTEGER NOT NULL DEFAULT 0,
    opened_at {{instant}},
    retry_at {{instant}},
    opened_count {{bigint}} NOT NULL DEFAULT 0,
    trial_token TEXT,
    trial_until {{instant}},
    last_error TEXT,
    updated_at {{instant}} NOT NULL
);
