-- Calls per window to an outside service, counted for all processes together: the last `limit` places given.
CREATE TABLE IF NOT EXISTS paces (
    name TEXT NOT NULL PRIMARY KEY,
    taken {{bigint}} NOT NULL DEFAULT 0,
    closed_until {{instant}}
);

CREATE TABLE IF NOT EXISTS pace_places (
    name TEXT NOT NULL,
    place INTEGER NOT NULL,
    at {{instant}} NOT NULL,
    PRIMARY KEY (name, place)
);
