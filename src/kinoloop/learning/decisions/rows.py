"""Decisions, their ads, steps and settings as rows and back."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import Row

from kinoloop.core.currency import Currency
from kinoloop.delivery.changes.records import Expected
from kinoloop.learning.decisions.records import AdLine, BudgetStep, Decision, DecisionSettings
from kinoloop.learning.decisions.rules.freezing import settings_of

Json = dict[str, Any]
_DECISION = ("key", "tenant_id", "account_id", "at", "policy", "seed", "mode", "view_sha256", "round_sha256")
_NUMBERS = ("ads", "spend", "stands", "total", "launch")
_LINE = tuple(field.name for field in fields(AdLine) if field.name not in ("before", "parts"))
_STEP = ("entity_id", "kind", "change_type", "requested", "reason", "confidence", "change_id", "note")
SETTINGS = tuple(field.name for field in fields(DecisionSettings))


def read_decision(row: Row[Any]) -> Decision:
    """From a row that holds every column but the bytes."""
    return Decision(
        decision_id=row.id,
        settings=settings_of(row.settings),
        currency=Currency(row.currency, row.currency_offset),
        made_by=dict(row.made_by),
        notes=tuple(row.notes),
        **{name: row._mapping[name] for name in (*_DECISION, *_NUMBERS)},
    )


def decision_values(made: Decision) -> Json:
    """Every column but the round's bytes."""
    return {name: getattr(made, name) for name in (*_DECISION, *_NUMBERS)} | {
        "id": made.decision_id,
        "settings": asdict(made.settings),
        "currency": made.currency.code,
        "currency_offset": made.currency.offset,
        "made_by": dict(made.made_by),
        "notes": list(made.notes),
    }


def read_line(row: Row[Any]) -> AdLine:
    values = {name: row._mapping[name] for name in _LINE}
    return AdLine(**values, before=row.before_budget, parts=dict(row.parts))


def line_values(line: AdLine) -> Json:
    values = {name: getattr(line, name) for name in _LINE}
    return values | {"before_budget": line.before, "parts": dict(line.parts)}


def read_step(row: Row[Any]) -> BudgetStep:
    return BudgetStep(
        before=row.before_value,
        expected=Expected(**row.expected),
        ad_ids=tuple(row.ad_ids),
        **{name: row._mapping[name] for name in _STEP},
    )


def step_values(step: BudgetStep, decision_id: str, place: int) -> Json:
    return {name: getattr(step, name) for name in _STEP} | {
        "decision_id": decision_id,
        "place": place,
        "before_value": step.before,
        "expected": asdict(step.expected),
        "ad_ids": list(step.ad_ids),
    }


def read_settings(told: Mapping[str, Any]) -> DecisionSettings:
    """What this program does not know is left aside; what is absent is the default."""
    known = {name: value for name, value in told.items() if name in SETTINGS}
    return DecisionSettings(**known | {"bandit": settings_of(told.get("bandit") or {})})


def settings_values(settings: DecisionSettings) -> Json:
    return asdict(settings)
