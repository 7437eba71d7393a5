"""Writing what was approved for ads, and alarms about what is shown instead. Nothing here commits.

An ad has one open alarm at most; whoever finds the same again finds that one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from kinoloop.core.errors import ConflictError, IntegrityError
from kinoloop.core.ids import NewId
from kinoloop.delivery.drift import queries
from kinoloop.delivery.drift.records import AdContent, ApprovedAd, Difference, Drift
from kinoloop.delivery.drift.rows import content_value, difference_values, read_drift
from kinoloop.delivery.drift.rules import content_hash
from kinoloop.delivery.drift.tables import OPEN, ad_contents, creative_drifts, drift_checks


def approve_content(connection: Connection, approved: ApprovedAd, *, new_id: NewId) -> ApprovedAd:
    """From now on the ad may show exactly this; what was approved before stays readable.

    The same content again by the same person is the approval that stands. Raises IntegrityError when the
    hash is not the content's.
    """
    if approved.sha256 != content_hash(approved.content):
        raise IntegrityError(
            f"What was approved for the ad '{approved.ad_id}' is not what is to be kept.",
            why="The hash of the content differs from the one that was approved.",
        )
    c = ad_contents.c
    mine = (c.ad_id == approved.ad_id, c.superseded_at.is_(None))
    known = connection.execute(select(c.sha256, c.approved_by, c.variant_id).where(*mine)).first()
    if known != (approved.sha256, approved.approved_by, approved.variant_id):
        connection.execute(update(ad_contents).where(*mine).values(superseded_at=approved.approved_at))
        values = vars(approved) | {"content_id": new_id(), "content": content_value(approved.content)}
        connection.execute(insert(ad_contents).values(values))
    return queries.approved_ad(connection, approved.ad_id)


def found(
    connection: Connection,
    approved: ApprovedAd,
    differences: Sequence[Difference],
    *,
    served: AdContent,
    now: datetime,
    new_id: NewId,
) -> tuple[Drift, bool]:
    """The ad's open alarm, and whether it is new. One that stood takes the new differences."""
    told = {
        "approved_sha256": approved.sha256,
        "differences": difference_values(tuple(differences)),
        "served": content_value(served),
    }
    key = {"drift_id": new_id(), "ad_id": approved.ad_id, "account_id": approved.account_id, "found_at": now}
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement: Any = make(creative_drifts)
    once = statement.values(key | told).on_conflict_do_nothing(index_elements=["ad_id"], index_where=OPEN)
    fresh = connection.execute(once.returning(creative_drifts.c.drift_id)).first() is not None
    mine = (creative_drifts.c.ad_id == approved.ad_id, creative_drifts.c.cleared_at.is_(None))
    drift = read_drift(connection.execute(select(creative_drifts).where(*mine)).one())
    if (drift.differences, drift.served) != (tuple(differences), served):
        connection.execute(update(creative_drifts).where(*mine).values(told))
        drift = replace(drift, differences=tuple(differences), served=served)
    return drift, fresh


def clear(connection: Connection, ad_id: str, *, by: str, now: datetime) -> Drift | None:
    """End the ad's open alarm; None when it has none."""
    c = creative_drifts.c
    ended = update(creative_drifts).where(c.ad_id == ad_id, c.cleared_at.is_(None))
    query = ended.values(cleared_at=now, cleared_by=by).returning(creative_drifts)
    row = connection.execute(query).first()
    return None if row is None else read_drift(row)


def accept_served(
    connection: Connection,
    drift_id: str,
    *,
    sha256: str,
    who: str,
    now: datetime,
    new_id: NewId,
) -> ApprovedAd:
    """A person says yes to what is shown instead (`sha256` of it, as was seen): approved anew, alarm ended.

    Raises ConflictError when the alarm has ended or shows something else by now, NotFoundError.
    """
    drift = queries.drift(connection, drift_id)
    if drift.cleared_at is not None or drift.served is None or content_hash(drift.served) != sha256:
        raise ConflictError(
            "What the ad shows has changed since you looked at it.",
            why="An approval holds for exactly what was seen.",
            fix="Look at it again.",
        )
    approved = ApprovedAd(drift.ad_id, drift.account_id, drift.served, sha256, who, now)
    kept = approve_content(connection, approved, new_id=new_id)
    clear(connection, drift.ad_id, by=who, now=now)
    return kept


def answered(
    connection: Connection, drift_id: str, *, change_id: str | None = None, note: str | None = None
) -> None:
    """Write down the revert that was proposed, or why none could be."""
    mine = creative_drifts.c.drift_id == drift_id
    connection.execute(update(creative_drifts).where(mine).values(change_id=change_id, note=note))


def note_check(
    connection: Connection,
    account_id: str,
    *,
    compared: int,
    unapproved: int,
    untold: Mapping[str, Sequence[str]],
    now: datetime,
) -> None:
    """Write down that an account's ads were compared; replaces the comparison before."""
    told = {"checked_at": now, "compared": compared, "unapproved": unapproved}
    told |= {"untold": {ad_id: list(fields) for ad_id, fields in untold.items()}}
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement: Any = make(drift_checks).values(account_id=account_id, **told)
    connection.execute(statement.on_conflict_do_update(index_elements=["account_id"], set_=told))
