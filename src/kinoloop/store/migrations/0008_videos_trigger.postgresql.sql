-- The seed's trigger: a change that does not set `updated_at` itself gets the time of the change.

CREATE OR REPLACE FUNCTION update_videos_timestamp() RETURNS trigger AS $$
BEGIN
    IF NEW.updated_at IS NOT DISTINCT FROM OLD.updated_at OR NEW.updated_at IS NULL THEN
        NEW.updated_at := clock_timestamp();
    END IF;
    RETURN NEW;
END
$$ LANGUAGE plpgsql;

DROP TRIGGER IF EXISTS update_videos_timestamp ON generated_videos;
CREATE TRIGGER update_videos_timestamp
BEFORE UPDATE ON generated_videos FOR EACH ROW EXECUTE FUNCTION update_videos_timestamp();
