"""Lineage over HTTP: from a deal to the seconds of footage that earned it, and back.

Everything is under one model of attribution (`matched` unless another is asked for), with the range over all.
"""

from typing import Annotated

import numpy as np
from fastapi import APIRouter, Depends, Query

from kinoloop.core.currency import Currency
from kinoloop.core.errors import InputError
from kinoloop.footage.intake.queries import asset
from kinoloop.learning.attribution.records import Model
from kinoloop.learning.lineage import queries
from kinoloop.learning.revenue.queries import table_of
from kinoloop.web.api.shapes import Problem
from kinoloop.web.api.v2.lineage_shapes import (
    DealAnswer,
    FootageAnswer,
    OverviewAnswer,
    deal_answer,
    footage_answer,
    unsold_answer,
)
from kinoloop.web.stage import Stage

router = APIRouter(prefix="/api/v2/lineage", tags=["lineage"], responses={404: {"model": Problem}})
Under = Annotated[Model, Query(description="The model of attribution")]
Place = Annotated[int | None, Query(ge=0, description="Ms of the file")]


def _rng() -> np.random.Generator:
    """The same draws each time: an interval moves only when the data does."""
    return np.random.default_rng(0)


def _currency(stage: Stage) -> Currency:
    with stage.database.read() as connection:
        return table_of(connection, stage.settings.tenant).currency


Draws = Annotated[np.random.Generator, Depends(_rng)]
Money = Annotated[Currency, Depends(_currency)]


@router.get("", summary="Won deals and the footage that earned them")
def overview(
    stage: Stage, money: Money, rng: Draws, model: Under = "matched",
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> OverviewAnswer:  # fmt: skip
    """404 while there is no table of stages: then no deal has a value."""
    with stage.database.read() as connection:
        found = queries.overview(connection, stage.settings.tenant, rng, limit=limit)
        spare = queries.unsold(connection, found.footage)
    return OverviewAnswer(
        deals=[deal_answer(one, model, money) for one in found.traces],
        footage=[footage_answer(one, model, money) for one in found.footage],
        unsold=[unsold_answer(one, model) for one in spare],
        more=found.more,
    )


@router.get("/deals/{deal_id:path}", summary="One deal down to the seconds of footage")
def deal(deal_id: str, stage: Stage, money: Money, model: Under = "matched") -> DealAnswer:
    with stage.database.read() as connection:
        return deal_answer(queries.deal_trace(connection, stage.settings.tenant, deal_id), model, money)


@router.get("/assets/{asset_id}", summary="What a footage file, or a stretch of it, helped earn")
def footage(
    asset_id: str, stage: Stage, money: Money, rng: Draws, model: Under = "matched",
    in_ms: Place = None, out_ms: Place = None,
) -> FootageAnswer:  # fmt: skip
    """Give both `in_ms` and `out_ms`, or neither."""
    if (in_ms is None) != (out_ms is None):
        raise InputError("A stretch has both an in and an out.", fix="Give in_ms and out_ms.")
    window = None if in_ms is None or out_ms is None else (in_ms, out_ms)
    with stage.database.read() as connection:
        asset(connection, asset_id)
        found = queries.footage(connection, stage.settings.tenant, asset_id, rng, window=window)
    return footage_answer(found, model, money)


@router.get("/clips/{clip_id}", summary="What the stretch of one shot helped earn")
def clip(clip_id: str, stage: Stage, money: Money, rng: Draws, model: Under = "matched") -> FootageAnswer:
    with stage.database.read() as connection:
        found = queries.clip(connection, stage.settings.tenant, clip_id, rng)
    return footage_answer(found, model, money)
