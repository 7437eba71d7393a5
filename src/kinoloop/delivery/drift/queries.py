"""Reading approved contents and drifts."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from kinoloop.core.errors import NotFoundError
from kinoloop.delivery.drift.records import ApprovedAd, Check, Drift
from kinoloop.delivery.drift.rows import read_approved, read_check, read_drift
from kinoloop.delivery.drift.tables import ad_contents, creative_drifts, drift_checks
from kinoloop.store.reading import newest_first, row_by_id

AT_ONCE = 500
"""So many ids are asked for in one statement."""


def approved_ad(connection: Connection, ad_id: str) -> ApprovedAd:
    """What this ad may show. Raises NotFoundError when nobody approved anything for it."""
    c = ad_contents.c
    query = select(ad_contents).where(c.ad_id == ad_id, c.superseded_at.is_(None))
    row = connection.execute(query).first()
    if row is None:
        raise NotFoundError(
            f"Nobody approved what the ad '{ad_id}' shows.",
            fix="Publish it from here, or approve what it shows now.",
        )
    return read_approved(row)


def approved_ads(connection: Connection, account_id: str) -> tuple[ApprovedAd, ...]:
    """What the ads of an account may show, by ad."""
    c = ad_contents.c
    query = select(ad_contents).where(c.account_id == account_id, c.superseded_at.is_(None))
    return tuple(read_approved(row) for row in connection.execute(query.order_by(c.ad_id)))


def ads_of_video(connection: Connection, video_id: str) -> tuple[ApprovedAd, ...]:
    """The ads that were made of a video's films, by ad."""
    c = ad_contents.c
    query = select(ad_contents).where(c.video_id == video_id, c.superseded_at.is_(None))
    return tuple(read_approved(row) for row in connection.execute(query.order_by(c.ad_id)))


def approvals_of(connection: Connection, ad_id: str) -> tuple[ApprovedAd, ...]:
    """Everything that was ever approved for an ad, newest first."""
    c = ad_contents.c
    order = (c.superseded_at.is_(None).desc(), c.approved_at.desc(), c.content_id.desc())
    query = select(ad_contents).where(c.ad_id == ad_id).order_by(*order)
    return tuple(read_approved(row) for row in connection.execute(query))


def open_drifts(
    connection: Connection, *, account_id: str | None = None, ad_ids: Sequence[str] = ()
) -> tuple[Drift, ...]:
    """The alarms that stand, oldest first: of an account, of these ads (none given: of all)."""
    c = creative_drifts.c
    query = select(creative_drifts).where(c.cleared_at.is_(None)).order_by(c.found_at, c.drift_id)
    if account_id is not None:
        query = query.where(c.account_id == account_id)
    wanted = sorted(set(ad_ids))
    parts = [wanted[at : at + AT_ONCE] for at in range(0, len(wanted), AT_ONCE)]
    queries = [query.where(c.ad_id.in_(part)) for part in parts] or [query]
    found = (read_drift(row) for each in queries for row in connection.execute(each))
    return tuple(sorted(found, key=lambda one: (one.found_at, one.drift_id)))


def drift(connection: Connection, drift_id: str) -> Drift:
    """Raises NotFoundError."""
    fix = "Look at the account's alarms."
    return read_drift(row_by_id(connection, creative_drifts.c.drift_id, drift_id, what="drift", fix=fix))


def drifts(
    connection: Connection, *, account_id: str | None = None, limit: int = 50, before: str | None = None
) -> tuple[Drift, ...]:
    """A page of alarms, open and cleared, newest first. Raises InputError."""
    c = creative_drifts.c
    query = newest_first(select(creative_drifts), c.drift_id, limit=limit, after=before, what="a drift")
    query = query if account_id is None else query.where(c.account_id == account_id)
    return tuple(read_drift(row) for row in connection.execute(query))


def last_check(connection: Connection, account_id: str) -> Check | None:
    """When the account's ads were last compared; None before the first time."""
    c = drift_checks.c
    row = connection.execute(select(drift_checks).where(c.account_id == account_id)).first()
    return None if row is None else read_check(row)
