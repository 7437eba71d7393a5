-- What was seen in each second of a film, and which film an ad shows since when: written when the ad is
-- published, because the storyboard it was made from may be another one tomorrow.

CREATE TABLE IF NOT EXISTS shown_films (
    film_sha256 TEXT NOT NULL PRIMARY KEY,
    video_id TEXT NOT NULL,
    variant_id TEXT NOT NULL,
    name TEXT NOT NULL,
    label TEXT NOT NULL,
    element TEXT NOT NULL,
    shape TEXT NOT NULL,
    recorded_at {{instant}} NOT NULL
);

-- `start_ms` and `end_ms` are of the film, `in_ms` and `out_ms` of the footage; no footage, no in and out.
CREATE TABLE IF NOT EXISTS shown_scenes (
    film_sha256 TEXT NOT NULL REFERENCES shown_films (film_sha256) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    scene_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    purpose TEXT NOT NULL,
    line TEXT NOT NULL,
    start_ms INTEGER NOT NULL,
    end_ms INTEGER NOT NULL,
    asset_id TEXT,
    clip_id TEXT,
    filename TEXT,
    in_ms INTEGER,
    out_ms INTEGER,
    PRIMARY KEY (film_sha256, number)
);
CREATE INDEX IF NOT EXISTS idx_shown_scenes_asset ON shown_scenes (asset_id, in_ms);

CREATE TABLE IF NOT EXISTS shown_by_ads (
    ad_id TEXT NOT NULL,
    since {{instant}} NOT NULL,
    account_id TEXT NOT NULL,
    film_sha256 TEXT NOT NULL REFERENCES shown_films (film_sha256) ON DELETE CASCADE,
    content_sha256 TEXT NOT NULL,
    media_hash TEXT,
    PRIMARY KEY (ad_id, since)
);
CREATE INDEX IF NOT EXISTS idx_shown_by_ads_film ON shown_by_ads (film_sha256);
