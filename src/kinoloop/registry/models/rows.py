"""Models, promotions, trials and units as rows, and rows as records."""

from datetime import date
from typing import Any

from sqlalchemy import Row

from kinoloop.registry.models.records import Model, Promotion, Trial, Unit


def read_model(row: Row[Any]) -> Model:
    return Model(
        model_id=row.id,
        model_name=row.model_name,
        version=row.version,
        sha256=row.sha256,
        learnt_from=date.fromisoformat(row.learnt_from),
        learnt_until=date.fromisoformat(row.learnt_until),
        rows=row.learnt_rows,
        metrics=row.training_metrics,
        is_champion=row.is_champion,
        created_at=row.created_at,
        promoted_at=row.promoted_at,
    )


def read_promotion(row: Row[Any]) -> Promotion:
    return Promotion(**row._mapping)


def read_trial(row: Row[Any]) -> Trial:
    return Trial(**row._mapping)


def read_unit(row: Row[Any]) -> Unit:
    return Unit(row.unit, row.gain, row.weight, row.at)
