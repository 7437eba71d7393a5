"""Changes as rows and back. Amounts rest in the seed's number columns, words in text columns beside them."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import Row

from kinoloop.delivery.changes.records import Change, Expected

_NAMES = {
    "change_id": "id",
    "entity_id": "ad_entity_id",
    "kind": "entity_type",
    "state": "status",
    "confidence": "confidence_score",
    "error": "error_message",
}
"""Where the seed calls a column otherwise than the record does."""
_EITHER = ("current", "requested", "sent")


def read_change(row: Row[Any]) -> Change:
    """A change from a row that holds all columns of the table."""
    values = dict(row._mapping)
    del values["jitter_ms_min"], values["jitter_ms_max"]
    for name in _EITHER:
        number, word = values.pop(f"{name}_value"), values.pop(f"{name}_text")
        values[name] = word if number is None else number
    for name, column in _NAMES.items():
        values[name] = values.pop(column)
    return Change(**{**values, "expected": Expected(**values["expected"])})


def change_values(change: Change) -> dict[str, Any]:
    """Every column of a change but its jitter."""
    return columns(**{**vars(change), "expected": asdict(change.expected)})


def columns(**values: Any) -> dict[str, Any]:
    """The columns for fields of a change by name."""
    made = dict[str, Any]()
    for name, value in values.items():
        if name in _EITHER:
            made[f"{name}_value"] = value if isinstance(value, int) else None
            made[f"{name}_text"] = value if isinstance(value, str) else None
        else:
            made[_NAMES.get(name, name)] = value
    return made
