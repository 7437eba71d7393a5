"""Lineage: pick a won deal and play the frames that earned it; pick footage and see what it helped win."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from fastapi import APIRouter, Request
from sqlalchemy import Connection
from starlette.responses import Response

from kinoloop.core.clock import Clock
from kinoloop.core.currency import Currency, Minor
from kinoloop.core.errors import NotFoundError
from kinoloop.footage.intake.queries import asset
from kinoloop.learning.lineage import queries
from kinoloop.learning.lineage.records import FootageMoney, Trace
from kinoloop.learning.revenue.queries import table_of
from kinoloop.web.pages.learn.cuts import Cut, Files
from kinoloop.web.pages.learn.deal_story import deal_story, reel_of
from kinoloop.web.pages.learn.footage_story import FootagePage, footage_story
from kinoloop.web.pages.learn.models import Draws, Models, Under, currency_of
from kinoloop.web.pages.money.whose import Tenant
from kinoloop.web.render import Frame, frame_of, respond
from kinoloop.web.stage import Now, Stage
from kinoloop.web.words import ago_words

router = APIRouter(include_in_schema=False)
DEALS, FILES = 12, 12
"""So many deals and files are listed."""


@dataclass(frozen=True)
class DealLine:
    """A won deal in the list: what of it lies in own footage, and the stretch with the most of it."""

    trace: Trace
    ago: str | None
    footage: Minor
    nobody: Minor
    best: Cut | None


@dataclass(frozen=True)
class FileLine:
    """A file in the list, with the stretch that earned most; `seconds` of it were shown."""

    money: FootageMoney
    name: str
    best: Cut
    stretches: int


@dataclass(frozen=True)
class SpareLine:
    """A shot nobody has used yet, and the one that earned which it looks like."""

    cut: Cut
    like: Cut
    likeness: float


@dataclass(frozen=True)
class IndexPage:
    """`currency` None: without a table of stages no deal has a value. `counted` won deals are in it.

    Those that lead to own footage come first: `leading` of them there are.
    """

    template: ClassVar[str] = "learn/lineage.html"
    frame: Frame
    currency: Currency | None
    deals: tuple[DealLine, ...] = ()
    files: tuple[FileLine, ...] = ()
    spare: tuple[SpareLine, ...] = ()
    counted: int = 0
    leading: int = 0
    more: bool = False


@router.get("/lineage")
def lineage_page(request: Request, stage: Stage, clock: Now, tenant: Tenant, rng: Draws) -> Response:
    frame = frame_of(request, "Lineage", "lineage")
    with stage.database.read() as connection:
        currency = currency_of(connection, tenant)
        if currency is None:
            return respond(IndexPage(frame, None))
        return respond(_index(connection, clock, frame, currency, tenant, rng))


@router.get("/lineage/deals/{deal_id:path}")
def deal_page(
    deal_id: str, request: Request, stage: Stage, clock: Now, tenant: Tenant, model: Under = "matched"
) -> Response:
    with stage.database.read() as connection:
        told = queries.deal_trace(connection, tenant, deal_id)
        currency = table_of(connection, tenant).currency
        frame = frame_of(request, f"What earned deal {deal_id}", "lineage")
        page = deal_story(connection, clock, frame, currency, told, Models(model, request.url.path))
    return respond(page)


@router.get("/lineage/footage/{asset_id}")
def footage_page(
    asset_id: str, request: Request, stage: Stage, tenant: Tenant, rng: Draws,
    model: Under = "matched", clip: str | None = None,
) -> Response:  # fmt: skip
    """`clip` keeps to the stretch of one shot."""
    with stage.database.read() as connection:
        found, currency = asset(connection, asset_id), currency_of(connection, tenant)
        frame = frame_of(request, f"What {found.filename} earned", "lineage")
        models = Models(model, request.url.path + (f"?clip={clip}" if clip else ""))
        if currency is None:
            return respond(FootagePage(frame, None, models, found))
        if clip is None:
            money = queries.footage(connection, tenant, asset_id, rng)
        else:
            money = queries.clip(connection, tenant, clip, rng)
        if money.asset_id != asset_id:
            raise NotFoundError(f"'{found.filename}' has no such shot.", fix="Look at its shots.")
        page = footage_story(connection, frame, currency, models, found, money)
    return respond(page)


def _index(
    connection: Connection,
    clock: Clock,
    frame: Frame,
    currency: Currency,
    tenant: str,
    rng: np.random.Generator,
) -> IndexPage:
    found = queries.overview(connection, tenant, rng)
    spare = queries.unsold(connection, found.footage)
    traces = sorted(found.traces, key=_leads, reverse=True)
    seen = [one.asset_id for one in found.footage] + [one.source.asset_id for one in spare]
    files = Files(connection, seen)
    return IndexPage(
        frame=frame,
        currency=currency,
        deals=tuple(_deal_line(one, files, clock) for one in traces[:DEALS]),
        files=tuple(_file_line(one, files) for one in found.footage[:FILES]),
        spare=tuple(
            SpareLine(
                files.cut(one.source, one.like.earned),
                files.cut(one.like.source, one.like.earned),
                one.likeness,
            )
            for one in spare
        ),
        counted=len(traces),
        leading=sum(map(_leads, traces)),
        more=found.more,
    )


def _leads(told: Trace) -> bool:
    """Whether any of its money lies in own footage."""
    return told.places("matched")["footage"] > 0


def _deal_line(told: Trace, files: Files, clock: Clock) -> DealLine:
    reel, places = reel_of(told, files, "matched"), told.places("matched")
    best = max(reel, key=lambda cut: cut.money.under("matched"), default=None)
    return DealLine(told, ago_words(told.sale.at, clock.now()), places["footage"], places["nobody"], best)


def _file_line(money: FootageMoney, files: Files) -> FileLine:
    best = max(money.spans, key=lambda span: span.earned.under("matched"))
    return FileLine(money, best.source.filename, files.cut(best.source, best.earned), len(money.spans))
