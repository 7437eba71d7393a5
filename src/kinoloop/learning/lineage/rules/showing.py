"""Which film an ad showed at an instant, from what was approved for it. Pure."""

from collections.abc import Sequence
from datetime import datetime

from kinoloop.delivery.drift.records import ApprovedAd
from kinoloop.learning.lineage.records import Shown

NOT_OURS = "The ad was not published from here, so nobody knows what it showed."
NOT_KEPT = "What this ad showed second by second was not written down when it was published."
OTHER_FILM = "The platform showed another film in this ad than the one that was published from here."


def film_at(
    shown: Sequence[Shown], approved: Sequence[ApprovedAd], at: datetime
) -> tuple[str | None, str | None]:
    """`(film_sha256, None)`, or `(None, why it is not known)`.

    `approved` is everything that was ever approved for the ad, in any order. An approval without a film of
    its own (a person accepted what the platform showed) leaves the film alone when the platform's own
    fingerprint of it is the same. A click before the first approval can only be a clock that differs.
    """
    if not shown:
        return None, NOT_KEPT if approved else NOT_OURS
    known = sorted(shown, key=lambda one: one.since)
    standing = _standing(approved, at)
    if standing is None:
        return ([one for one in known if one.since <= at] or known[:1])[-1].film_sha256, None
    before = [one for one in known if one.since <= standing.approved_at]
    for one in reversed(before):
        if _same(one, standing):
            return one.film_sha256, None
    return None, OTHER_FILM


def _standing(approved: Sequence[ApprovedAd], at: datetime) -> ApprovedAd | None:
    """What was approved last at that time; the first approval for a time before it."""
    ordered = sorted(approved, key=lambda one: one.approved_at)
    until = [one for one in ordered if one.approved_at <= at] or ordered[:1]
    return until[-1] if until else None


def _same(shown: Shown, standing: ApprovedAd) -> bool:
    if shown.content_sha256 == standing.sha256:
        return True
    media = standing.content.media_hash
    return media is not None and media == shown.media_hash
