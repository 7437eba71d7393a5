-- Results as the platform reports them. A restated day overwrites its row; what was known before stays as a version.
-- Money is whole minor units of the currency beside it. `hour` -1 is the whole day: a key holds no NULL.

CREATE TABLE IF NOT EXISTS ad_insights (
    account_id TEXT NOT NULL,
    day TEXT NOT NULL,
    hour INTEGER NOT NULL,
    entity_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    timezone TEXT NOT NULL,
    currency TEXT NOT NULL,
    currency_offset INTEGER NOT NULL,
    impressions {{bigint}} NOT NULL,
    clicks {{bigint}} NOT NULL,
    spend {{bigint}} NOT NULL,
    reach {{bigint}},
    video_3s {{bigint}},
    link_clicks {{bigint}},
    actions {{json}} NOT NULL,
    action_values {{json}} NOT NULL,
    known_from {{instant}} NOT NULL,
    told_until {{instant}},
    PRIMARY KEY (account_id, day, hour, entity_id)
);
CREATE INDEX IF NOT EXISTS idx_ad_insights_entity ON ad_insights (entity_id, day);

-- Only ever added to. A version holds until the next one of the same entity, day and hour.
CREATE TABLE IF NOT EXISTS ad_insight_versions (
    account_id TEXT NOT NULL,
    day TEXT NOT NULL,
    hour INTEGER NOT NULL,
    entity_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    timezone TEXT NOT NULL,
    currency TEXT NOT NULL,
    currency_offset INTEGER NOT NULL,
    impressions {{bigint}} NOT NULL,
    clicks {{bigint}} NOT NULL,
    spend {{bigint}} NOT NULL,
    reach {{bigint}},
    video_3s {{bigint}},
    link_clicks {{bigint}},
    actions {{json}} NOT NULL,
    action_values {{json}} NOT NULL,
    known_from {{instant}} NOT NULL,
    PRIMARY KEY (account_id, day, hour, entity_id, known_from)
);
CREATE INDEX IF NOT EXISTS idx_ad_insight_versions_known ON ad_insight_versions (account_id, known_from);

-- When each day was last told, at each level: an older report that comes in late does not overwrite a newer one.
CREATE TABLE IF NOT EXISTS ad_insight_days (
    account_id TEXT NOT NULL,
    day TEXT NOT NULL,
    kind TEXT NOT NULL,
    hourly {{boolean}} NOT NULL,
    told_at {{instant}} NOT NULL,
    PRIMARY KEY (account_id, day, kind, hourly)
);

-- The last pull of each account, and the lock that puts two pulls of it in order.
CREATE TABLE IF NOT EXISTS ad_insight_pulls (
    account_id TEXT NOT NULL PRIMARY KEY,
    learned_at {{instant}},
    pulled_at {{instant}},
    since TEXT,
    until TEXT,
    windows {{json}},
    counts {{json}}
);
