"""The identity world as columns of codes, as the matcher takes them."""

import numpy as np

from kinoloop.learning.attribution.matcher_levels import Columns, Ints
from kinoloop.sandbox.people.records import Sightings


def columns_of(seen: Sightings) -> Columns:
    return Columns(
        at=seen.at,
        ip=seen.ip,
        near=seen.ip >> 8,
        wide=seen.ip >> 16,
        city=seen.city,
        timezone=seen.timezone,
        os=seen.os,
        version=seen.version,
        screen=seen.screen,
        browser=seen.browser,
        language=seen.language,
        digest=digest_of(seen),
        visitor=np.full(len(seen), -1, dtype=np.int64),
        phone=(~seen.second).astype(np.int64),
    )


def digest_of(seen: Sightings) -> Ints:
    """The seven fields of the fingerprint as one code."""
    whole = (seen.screen * 8 + seen.timezone) * 8 + seen.os
    return whole * 8 + seen.browser
