"""Creative records to plain JSON and back, checked: what runs carry, rows keep and approvals hash."""

from dataclasses import is_dataclass
from typing import Any, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from kinoloop.core.errors import InputError
from kinoloop.core.ids import hash_json

T = TypeVar("T")
Json = dict[str, Any]


_ADAPTERS: dict[type, TypeAdapter[Any]] = {}


def _adapter(kind: type) -> TypeAdapter[Any]:
    if kind not in _ADAPTERS:
        if is_dataclass(kind) and not hasattr(kind, "__pydantic_config__"):
            setattr(kind, "__pydantic_config__", ConfigDict(extra="forbid"))  # noqa: B010  # read by pydantic
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def to_json(record: object) -> Json:
    """The record as JSON values only; tuples become lists."""
    plain: Json = _adapter(type(record)).dump_python(record, mode="json")
    return plain


def from_json(kind: type[T], value: object, *, called: str = "") -> T:
    """The record that `value` describes. Raises InputError naming each field that is wrong or unknown."""
    name = called or kind.__name__.lower()
    try:
        made: T = _adapter(kind).validate_python(value)
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(map(str, e['loc'])) or name}: {e['msg']}" for e in error.errors()[:5]
        )
        known = ", ".join(getattr(kind, "__dataclass_fields__", ()))
        raise InputError(
            f"The {name} cannot be used.", why=f"{problems}.", fix=f"Known fields: {known}." if known else ""
        ) from error
    return made


def hash_of(*records: object) -> str:
    """SHA-256 over the canonical JSON of records (or plain values), in order."""
    return hash_json([to_json(r) if is_dataclass(r) else r for r in records])
