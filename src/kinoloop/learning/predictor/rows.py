"""Predictions as rows, and rows as predictions."""

from dataclasses import fields
from datetime import date
from typing import Any

from sqlalchemy import Row

from kinoloop.learning.predictor.records import Prediction

_NAMES = tuple(field.name for field in fields(Prediction))


def prediction_row(one: Prediction) -> dict[str, Any]:
    row = {name: getattr(one, name) for name in _NAMES}
    row["known_until"] = None if one.known_until is None else one.known_until.isoformat()
    row["evidence"] = None if one.evidence is None else dict(one.evidence)
    return row


def read_prediction(row: Row[Any]) -> Prediction:
    told = {name: row._mapping[name] for name in _NAMES}
    until = told["known_until"]
    return Prediction(**told | {"known_until": None if until is None else date.fromisoformat(until)})
