"""Winners, standings, DNA and reports as rows and back."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import Row

from kinoloop.core.currency import Currency
from kinoloop.learning.winners.records import (
    Content,
    Dna,
    DnaReport,
    Effect,
    Fatigue,
    Judged,
    Standing,
    Track,
    Winner,
)

_FIGURES = ("bar", "mean", "low", "high", "chance_over", "chance_under")
_COUNTS = ("impressions", "clicks", "spend", "conversions", "value")


def read_winner(row: Row[Any]) -> Winner:
    """From a row that holds all columns of the table."""
    return Winner(**{name: value for name, value in row._mapping.items() if name != "version"})


def winner_values(winner: Winner) -> dict[str, Any]:
    """All columns but the counter."""
    names = (name for name in Winner.__dataclass_fields__ if name != "metadata")
    return {name: getattr(winner, name) for name in names} | {"metadata": dict(winner.metadata)}


def dna_values(dna: Dna) -> dict[str, Any]:
    """All columns but the tenant and the time."""
    ids = ("ad_id", "account_id", "client_id", "video_id", "variant_id")
    content = dna.content
    return {name: getattr(dna, name) for name in ids} | {
        "traits": dict(dna.traits),
        "untold": dict(dna.untold),
        "said": [list(one) for one in dna.said],
        "space": content.space,
        "vector": content.vector,
        "vector_reason": content.reason,
        "opening": content.opening,
    }


def read_dna(row: Row[Any]) -> Dna:
    return Dna(
        ad_id=row.ad_id,
        account_id=row.account_id,
        client_id=row.client_id,
        video_id=row.video_id,
        variant_id=row.variant_id,
        traits=row.traits,
        untold=row.untold,
        said=tuple((purpose, text) for purpose, text in row.said),
        content=Content(row.space, row.vector, row.opening, row.vector_reason),
    )


def standing_values(judged: Judged) -> dict[str, Any]:
    one, tired = judged.standing, judged.fatigue
    return {
        "tenant_id": judged.tenant_id,
        "ad_id": one.ad_id,
        "account_id": judged.account_id,
        "currency": judged.currency.code,
        "currency_offset": judged.currency.offset,
        "verdict": one.verdict,
        "measure": one.measure,
        "reason": one.reason,
        **{name: getattr(one, name) for name in _FIGURES},
        **{name: getattr(one.track, name) for name in _COUNTS},
        "fatigue": tired.status,
        "fatigue_since": judged.fatigue_since,
        "fatigue_evidence": tired.evidence,
        "fatigue_loss": tired.loss,
        "fatigue_frequency": tired.frequency,
        "fatigue_reason": tired.reason,
        "judged_at": judged.judged_at,
    }


def read_standing(row: Row[Any]) -> Judged:
    """Age and settled spend are not kept: they are of the moment of judging."""
    counts = {name: getattr(row, name) for name in _COUNTS}
    track = Track(row.ad_id, age_hours=float("nan"), settled_spend=0, **counts)
    figures = {name: getattr(row, name) for name in _FIGURES}
    return Judged(
        tenant_id=row.tenant_id,
        account_id=row.account_id,
        currency=Currency(row.currency, row.currency_offset),
        standing=Standing(row.ad_id, row.verdict, row.measure, row.reason, track, **figures),
        fatigue=Fatigue(
            status=row.fatigue,
            reason=row.fatigue_reason,
            evidence=row.fatigue_evidence,
            loss=row.fatigue_loss,
            frequency=row.fatigue_frequency,
        ),
        fatigue_since=row.fatigue_since,
        judged_at=row.judged_at,
    )


def report_values(report: DnaReport) -> dict[str, Any]:
    return {
        "winners": report.winners,
        "losers": report.losers,
        "effects": [asdict(one) for one in report.effects],
        "abstained": dict(report.abstained),
    }


def read_report(value: dict[str, Any]) -> DnaReport:
    effects = tuple(Effect(**one) for one in value["effects"])
    return DnaReport(value["winners"], value["losers"], effects, value["abstained"])
