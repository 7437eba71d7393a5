-- The seed's trigger: a change that does not set `updated_at` itself gets the time of the change.

-- Stamps of an older table that were written without a zone are UTC; ours sort as text.
UPDATE generated_videos SET created_at = strftime('%Y-%m-%dT%H:%M:%f000+00:00', created_at)
    WHERE created_at NOT LIKE '%+00:00';
UPDATE generated_videos SET updated_at = strftime('%Y-%m-%dT%H:%M:%f000+00:00', updated_at)
    WHERE updated_at NOT LIKE '%+00:00';

CREATE TRIGGER IF NOT EXISTS update_videos_timestamp
AFTER UPDATE ON generated_videos FOR EACH ROW
WHEN NEW.updated_at IS OLD.updated_at OR NEW.updated_at IS NULL
BEGIN
    UPDATE generated_videos SET updated_at = strftime('%Y-%m-%dT%H:%M:%f000+00:00', 'now') WHERE id = NEW.id;
END;
