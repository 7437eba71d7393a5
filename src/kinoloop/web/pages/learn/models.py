"""What the pages of lineage share: the model that is shown, the draws behind intervals, the currency."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

import numpy as np
from fastapi import Depends, Query
from sqlalchemy import Connection

from kinoloop.core.currency import Currency
from kinoloop.core.errors import NotFoundError
from kinoloop.learning.attribution.records import MODELS, Model
from kinoloop.learning.revenue.queries import table_of
from kinoloop.web.pages.money.attribution import MODEL_WORDS


@dataclass(frozen=True)
class Models:
    """The model that is shown, all there are, and where another one of them leads."""

    chosen: Model
    path: str
    all: tuple[Model, ...] = MODELS
    words: Mapping[Model, tuple[str, str]] = field(default_factory=lambda: MODEL_WORDS)

    def link(self, model: Model) -> str:
        if model == "matched":
            return self.path
        return f"{self.path}{'&' if '?' in self.path else '?'}model={model}"


def _rng() -> np.random.Generator:
    """The same draws each time: an interval moves only when the data does."""
    return np.random.default_rng(0)


Under = Annotated[Model, Query()]
Draws = Annotated[np.random.Generator, Depends(_rng)]


def currency_of(connection: Connection, tenant: str) -> Currency | None:
    """None without a table of stages: then no deal has a value, and the page says what to do about it."""
    try:
        return table_of(connection, tenant).currency
    except NotFoundError:
        return None
