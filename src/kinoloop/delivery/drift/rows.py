"""Approved contents and drifts as rows and back."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import Row

from kinoloop.delivery.drift.records import AdContent, ApprovedAd, Check, Difference, Drift


def content_value(content: AdContent) -> dict[str, Any]:
    return asdict(content)


def read_content(stored: dict[str, Any]) -> AdContent:
    return AdContent(**stored)


def read_approved(row: Row[Any]) -> ApprovedAd:
    return ApprovedAd(
        ad_id=row.ad_id,
        account_id=row.account_id,
        content=read_content(row.content),
        sha256=row.sha256,
        approved_by=row.approved_by,
        approved_at=row.approved_at,
        video_id=row.video_id,
        variant_id=row.variant_id,
    )


def difference_values(differences: tuple[Difference, ...]) -> list[dict[str, Any]]:
    return [asdict(one) for one in differences]


def read_drift(row: Row[Any]) -> Drift:
    return Drift(
        drift_id=row.drift_id,
        ad_id=row.ad_id,
        account_id=row.account_id,
        differences=tuple(Difference(**one) for one in row.differences),
        found_at=row.found_at,
        change_id=row.change_id,
        cleared_at=row.cleared_at,
        cleared_by=row.cleared_by,
        served=read_content(row.served),
        note=row.note,
    )


def read_check(row: Row[Any]) -> Check:
    untold = {ad_id: tuple(fields) for ad_id, fields in row.untold.items()}
    return Check(row.account_id, row.checked_at, row.compared, row.unapproved, untold)
