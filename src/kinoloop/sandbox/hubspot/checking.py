"""Whether property values can be taken, and the form in which they are kept."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from kinoloop.sandbox.hubspot.problems import Flaw
from kinoloop.sandbox.hubspot.properties import Kind, Property
from kinoloop.sandbox.hubspot.records import Record
from kinoloop.sandbox.hubspot.store import Store
from kinoloop.sandbox.hubspot.words import instant, stamp, text_of


def checked(
    store: Store, kind: Kind, given: Mapping[str, Any], record: Record | None = None
) -> tuple[dict[str, str], list[Flaw]]:
    """The values as they are kept, and what is wrong with them. `record` is what they are for, if there."""
    values: dict[str, str] = {}
    flaws: list[Flaw] = []
    for name, value in given.items():
        text = text_of(value)
        kept, flaw = _one(store.properties.find(kind, name), name, text)
        values[name] = kept
        flaws += [flaw] if flaw else []
    if kind == "deals" and not flaws:
        flaws += _staged(store, values, record)
    return values, flaws


def _one(known: Property | None, name: str, text: str) -> tuple[str, Flaw | None]:
    if known is None:
        return text, Flaw(name, text, "PROPERTY_DOESNT_EXIST", f'Property "{name}" does not exist')
    if known.fixed:
        told = f'"{name}" is a read only property; its value cannot be set.'
        return text, Flaw(name, text, "READ_ONLY_VALUE", told)
    if not text:
        return text, None
    if known.type in ("datetime", "date"):
        at = instant(text)
        flaw = None if at else Flaw(name, text, "INVALID_LONG", f"{text} was not a valid long.")
        return stamp(at) if at else text, flaw
    return text, _typed(known, text)


def _typed(known: Property, text: str) -> Flaw | None:
    if known.type == "number" and not _number(text):
        return Flaw(known.name, text, "INVALID_DOUBLE", f"{text} was not a valid number.")
    if known.name == "email" and ("@" not in text.strip("@") or " " in text):
        return Flaw(known.name, text, "INVALID_EMAIL", f"Email address {text} is invalid")
    if known.options and text not in known.options:
        return _no_option(known.name, text, known.options)
    return None


def _staged(store: Store, values: dict[str, str], record: Record | None) -> list[Flaw]:
    """A deal's stage is one of its pipeline's."""
    present = record.values if record else {"pipeline": "default"}
    pipeline_id = values.get("pipeline") or present.get("pipeline", "default")
    stage_id = values.get("dealstage", present.get("dealstage", ""))
    pipeline = store.pipelines.find(pipeline_id)
    if pipeline is None:
        return [_no_option("pipeline", pipeline_id, tuple(each.id for each in store.pipelines.all()))]
    if stage_id and pipeline.stage(stage_id) is None:
        return [_no_option("dealstage", stage_id, tuple(stage.id for stage in pipeline.stages))]
    if record is None:
        values.setdefault("pipeline", pipeline_id)
    return []


def _no_option(name: str, text: str, options: tuple[str, ...]) -> Flaw:
    listed = ", ".join(options)
    return Flaw(name, text, "INVALID_OPTION", f"{text} was not one of the allowed options: [{listed}]")


def _number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False
