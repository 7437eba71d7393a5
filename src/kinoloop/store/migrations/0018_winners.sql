-- Which ads won and lost, what they are made of, what that tells, and the vectors by which winners are found again.
-- Vectors are 512 numbers of 16 bits (docs/decisions/0003-vectors-as-float16-blobs.md). Money is whole minor units.

CREATE TABLE IF NOT EXISTS winners (
    tenant_id TEXT NOT NULL,
    ad_id TEXT NOT NULL,
    source TEXT NOT NULL,
    space TEXT,
    vector {{bytes}},
    vector_reason TEXT,
    metadata {{json}} NOT NULL,
    reason TEXT NOT NULL,
    added_at {{instant}} NOT NULL,
    updated_at {{instant}} NOT NULL,
    removed_at {{instant}},
    removed_by TEXT,
    version {{bigint}} NOT NULL,
    PRIMARY KEY (tenant_id, ad_id)
);
CREATE INDEX IF NOT EXISTS idx_winners_version ON winners (tenant_id, version);

-- One counter per tenant: its row puts writers in order and tells an index in memory what to read again.
CREATE TABLE IF NOT EXISTS winner_changes (
    tenant_id TEXT NOT NULL PRIMARY KEY,
    version {{bigint}} NOT NULL
);

CREATE TABLE IF NOT EXISTS creative_dna (
    tenant_id TEXT NOT NULL,
    ad_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    client_id TEXT NOT NULL,
    video_id TEXT NOT NULL,
    variant_id TEXT NOT NULL,
    traits {{json}} NOT NULL,
    untold {{json}} NOT NULL,
    said {{json}} NOT NULL,
    space TEXT,
    vector {{bytes}},
    vector_reason TEXT,
    opening {{bytes}},
    read_at {{instant}} NOT NULL,
    PRIMARY KEY (tenant_id, ad_id)
);
CREATE INDEX IF NOT EXISTS idx_creative_dna_video ON creative_dna (tenant_id, video_id);

CREATE TABLE IF NOT EXISTS ad_standings (
    tenant_id TEXT NOT NULL,
    ad_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    currency TEXT NOT NULL,
    currency_offset INTEGER NOT NULL,
    verdict TEXT NOT NULL,
    measure TEXT NOT NULL,
    bar {{float}},
    mean {{float}},
    low {{float}},
    high {{float}},
    chance_over {{float}},
    chance_under {{float}},
    impressions {{bigint}} NOT NULL,
    clicks {{bigint}} NOT NULL,
    spend {{bigint}} NOT NULL,
    conversions {{float}} NOT NULL,
    value {{bigint}} NOT NULL,
    reason TEXT NOT NULL,
    fatigue TEXT NOT NULL,
    fatigue_since TEXT,
    fatigue_evidence {{float}},
    fatigue_loss {{float}},
    fatigue_frequency {{float}},
    fatigue_reason TEXT NOT NULL,
    judged_at {{instant}} NOT NULL,
    PRIMARY KEY (tenant_id, ad_id)
);
CREATE INDEX IF NOT EXISTS idx_ad_standings_verdict ON ad_standings (tenant_id, verdict);

-- What winners share against losers, as it was last reckoned.
CREATE TABLE IF NOT EXISTS dna_reports (
    tenant_id TEXT NOT NULL PRIMARY KEY,
    report {{json}} NOT NULL,
    learned_at {{instant}} NOT NULL
);
