"""Column types that mean the same on both dialects: ids, instants, JSON and vectors.

PostgreSQL has its own kinds (UUID, TIMESTAMPTZ, JSONB, BYTEA); SQLite text that sorts alike, and bytes.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import JSON, DateTime, Dialect, LargeBinary, Text
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DontWrapMixin
from sqlalchemy.types import TypeDecorator, TypeEngine

from kinoloop.core.errors import InputError
from kinoloop.store.vectors import decode, encode


class BadIdError(InputError, DontWrapMixin):
    """A text that is not an id was used as one."""

    code = "bad_id"


class BadValueError(InputError, DontWrapMixin):
    """A value that the column cannot keep truthfully."""


class Id(TypeDecorator[str]):
    """A UUID, in Python its usual text form. Raises BadIdError for any other text."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        kind = postgresql.UUID(as_uuid=False) if dialect.name == "postgresql" else Text()
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        try:
            return str(UUID(value))
        except (ValueError, AttributeError, TypeError) as error:
            raise BadIdError(f"'{value}' is not an id.", fix="Use an id as the lists show it.") from error

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return value


class Instant(TypeDecorator[datetime]):
    """A moment in UTC, always with its zone. On SQLite fixed-width ISO text, so text order is time order."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        kind = postgresql.TIMESTAMP(timezone=True) if dialect.name == "postgresql" else Text()
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise BadValueError(f"The time {value} has no zone.", fix="Use a Clock, which gives UTC.")
        universal = value.astimezone(UTC)
        return universal if dialect.name == "postgresql" else universal.isoformat(timespec="microseconds")

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return (datetime.fromisoformat(value) if isinstance(value, str) else value).astimezone(UTC)


class Json(TypeDecorator[Any]):
    """Any JSON value; Python None is SQL NULL."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        kind = postgresql.JSONB if dialect.name == "postgresql" else JSON
        return dialect.type_descriptor(kind(none_as_null=True))


class Vector512(TypeDecorator[NDArray[np.float32]]):
    """A direction: (512,) float32 of length one; 1,024 bytes at rest. See store/vectors.py."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: NDArray[np.float32] | None, dialect: Dialect) -> bytes | None:
        return None if value is None else encode(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> NDArray[np.float32] | None:
        return None if value is None else decode(bytes(value))
