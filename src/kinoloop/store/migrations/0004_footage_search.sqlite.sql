-- The word index. Text compares by bytes here, which is what a prefix search needs.

CREATE TABLE IF NOT EXISTS search_documents (
    doc INTEGER NOT NULL PRIMARY KEY,
    asset_id TEXT NOT NULL REFERENCES assets (asset_id) ON DELETE CASCADE,
    clip_id TEXT REFERENCES clips (clip_id) ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS idx_search_documents_asset ON search_documents (asset_id);
CREATE INDEX IF NOT EXISTS idx_search_documents_clip ON search_documents (clip_id);

CREATE TABLE IF NOT EXISTS search_terms (
    term TEXT NOT NULL,
    doc INTEGER NOT NULL REFERENCES search_documents (doc) ON DELETE CASCADE,
    weight REAL NOT NULL,
    PRIMARY KEY (term, doc)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS idx_search_terms_weight ON search_terms (term, weight DESC, doc);
CREATE INDEX IF NOT EXISTS idx_search_terms_doc ON search_terms (doc);
