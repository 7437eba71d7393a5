-- What is due, in the order in which it is taken: an approved change by its hour, one in hand by the end of its lease.

CREATE INDEX IF NOT EXISTS idx_pending_ad_changes_due ON pending_ad_changes (
    (CASE status WHEN 'approved' THEN earliest_execute_at ELSE lease_until END)
) WHERE status IN ('approved', 'claimed', 'executing', 'unknown');
