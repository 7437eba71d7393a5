-- What is due, in the order in which it is taken: an approved change by its hour, one in hand by the end of its lease.
-- Both functions take due rows that nobody else holds. Every column is qualified: unqualified ones made the seed's
-- functions fail ("column reference is ambiguous"). What was already sent comes back as `unknown`: read before acting.

CREATE INDEX IF NOT EXISTS idx_pending_ad_changes_due ON pending_ad_changes (
    (CASE status WHEN 'approved' THEN earliest_execute_at ELSE lease_until END)
) WHERE status IN ('approved', 'claimed', 'executing', 'unknown');

CREATE OR REPLACE FUNCTION claim_pending_ad_change(
    worker_id TEXT,
    lease_seconds DOUBLE PRECISION DEFAULT 120,
    only_account TEXT DEFAULT NULL,
    at_instant TIMESTAMPTZ DEFAULT clock_timestamp()
) RETURNS SETOF pending_ad_changes LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY
    UPDATE pending_ad_changes AS change
    SET status = CASE WHEN change.status IN ('approved', 'claimed') THEN 'claimed' ELSE 'unknown' END,
        claimed_by = worker_id,
        claimed_at = at_instant,
        lease_until = at_instant + make_interval(secs => lease_seconds)
    WHERE change.id = (
        SELECT due.id
        FROM pending_ad_changes AS due
        WHERE due.status IN ('approved', 'claimed', 'executing', 'unknown')
            AND (CASE due.status WHEN 'approved' THEN due.earliest_execute_at ELSE due.lease_until END) <= at_instant
            AND (only_account IS NULL OR due.account_id = only_account)
        ORDER BY (CASE due.status WHEN 'approved' THEN due.earliest_execute_at ELSE due.lease_until END)
        LIMIT 1
        FOR UPDATE OF due SKIP LOCKED
    )
    RETURNING change.*;
END
$$;

CREATE OR REPLACE FUNCTION claim_pending_ad_changes_batch(
    worker_id TEXT,
    batch_size INTEGER DEFAULT 50,
    lease_seconds DOUBLE PRECISION DEFAULT 120,
    only_account TEXT DEFAULT NULL,
    at_instant TIMESTAMPTZ DEFAULT clock_timestamp()
) RETURNS SETOF pending_ad_changes LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY
    WITH taken AS MATERIALIZED (
        SELECT due.id
        FROM pending_ad_changes AS due
        WHERE due.status IN ('approved', 'claimed', 'executing', 'unknown')
            AND (CASE due.status WHEN 'approved' THEN due.earliest_execute_at ELSE due.lease_until END) <= at_instant
            AND (only_account IS NULL OR due.account_id = only_account)
        ORDER BY (CASE due.status WHEN 'approved' THEN due.earliest_execute_at ELSE due.lease_until END)
        LIMIT batch_size
        FOR UPDATE OF due SKIP LOCKED
    )
    UPDATE pending_ad_changes AS change
    SET status = CASE WHEN change.status IN ('approved', 'claimed') THEN 'claimed' ELSE 'unknown' END,
        claimed_by = worker_id,
        claimed_at = at_instant,
        lease_until = at_instant + make_interval(secs => lease_seconds)
    FROM taken
    WHERE change.id = taken.id
    RETURNING change.*;
END
$$;
