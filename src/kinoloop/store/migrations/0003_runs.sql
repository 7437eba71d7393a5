-- Durable runs: what the jobs row needs beyond the seed's columns, live progress, messages, effects, leases.

ALTER TABLE jobs ADD COLUMN IF NOT EXISTS queue TEXT;
ALTER TABLE jobs ADD COLUMN IF NOT EXISTS partition_key TEXT;
ALTER TABLE jobs ADD COLUMN IF NOT EXISTS parent_run_id TEXT;
CREATE INDEX IF NOT EXISTS idx_jobs_parent ON jobs (parent_run_id);
CREATE INDEX IF NOT EXISTS idx_steps_name ON processing_steps (step_name, completed_at);

CREATE TABLE IF NOT EXISTS run_progress (
    run_id TEXT NOT NULL PRIMARY KEY REFERENCES jobs (id) ON DELETE CASCADE,
    step_name TEXT NOT NULL,
    done {{float}} NOT NULL,
    total {{float}} NOT NULL,
    note TEXT NOT NULL,
    began_at {{instant}} NOT NULL,
    updated_at {{instant}} NOT NULL
);

CREATE TABLE IF NOT EXISTS run_messages (
    message_id TEXT NOT NULL PRIMARY KEY,
    run_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    topic TEXT NOT NULL,
    message {{json}} NOT NULL,
    sent_at {{instant}} NOT NULL,
    taken_by TEXT
);
CREATE INDEX IF NOT EXISTS idx_run_messages_run ON run_messages (run_id, topic, sent_at);

-- An outward call: `intent` before it, `done` after it, `unknown` when the answer was lost, `refused` when it was a no.
-- No reference to jobs: what was done outside stays on record when the run is swept away.
CREATE TABLE IF NOT EXISTS run_effects (
    effect_id TEXT NOT NULL PRIMARY KEY,
    run_id TEXT NOT NULL,
    effect_key TEXT NOT NULL,
    desired {{json}} NOT NULL,
    state TEXT NOT NULL,
    calls INTEGER NOT NULL,
    result {{json}},
    intent_at {{instant}} NOT NULL,
    done_at {{instant}}
);
CREATE INDEX IF NOT EXISTS idx_run_effects_run ON run_effects (run_id);

-- Seconds since 1970 by the database's clock: workers on several machines must agree.
CREATE TABLE IF NOT EXISTS worker_lease (
    executor_id TEXT NOT NULL PRIMARY KEY,
    host TEXT NOT NULL,
    pid INTEGER NOT NULL,
    queues TEXT NOT NULL,
    started_at {{float}} NOT NULL,
    beat_at {{float}} NOT NULL
);
