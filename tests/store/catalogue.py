"""Every table that any part of the program declares, and one truthful row for each of them."""

import importlib
import pkgutil
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import MetaData, Table

import kinoloop
from kinoloop.store import types
from kinoloop.store.metadata import metadata
from kinoloop.store.vectors import SIZE

NOON = datetime(2026, 1, 2, 12, 0, 0, 123456, tzinfo=UTC)


def all_tables() -> MetaData:
    """Import every `tables` module of the package; returns the catalogue they fill."""
    for module in pkgutil.walk_packages(kinoloop.__path__, "kinoloop."):
        if module.name.endswith(".tables"):
            importlib.import_module(module.name)
    return metadata


def row_for(table: Table, number: int = 1) -> Mapping[str, Any]:
    """A value in every column; equal numbers refer to each other."""
    return {column.name: _value(column.type, number) for column in table.columns}


def _value(kind: Any, number: int) -> Any:
    if isinstance(kind, types.Id):
        return str(UUID(int=number))
    if isinstance(kind, types.Vector512):
        return np.eye(SIZE, dtype=np.float32)[number % SIZE]
    if isinstance(kind, types.Instant):
        return NOON
    if isinstance(kind, types.Json):
        return {"number": number, "words": ["räksmörgås", None, 0.5]}
    by_python = {
        bool: True,
        int: number,
        float: number / 4,
        str: str(UUID(int=number)),
        bytes: bytes([number]),
    }
    return by_python[kind.python_type]
