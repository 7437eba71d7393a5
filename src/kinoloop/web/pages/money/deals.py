"""Deals: what stands where, what it is worth on the way, which stages wait for a name, and one deal's way."""

from dataclasses import dataclass
from typing import ClassVar, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from sqlalchemy import Connection
from starlette.responses import Response

from kinoloop.core.clock import Clock
from kinoloop.core.currency import Currency
from kinoloop.core.errors import InputError, NotFoundError
from kinoloop.learning.crm.queries import deal as told_deal
from kinoloop.learning.crm.records import KnownDeal
from kinoloop.learning.revenue.operations import copy_template, map_stage
from kinoloop.learning.revenue.queries import (
    deal,
    deals,
    events,
    flags,
    lines,
    table_of,
    tables,
    totals,
    unmapped,
)
from kinoloop.learning.revenue.records import DealValue, Flag, LedgerLine, StageTable, Totals, Unmapped
from kinoloop.learning.revenue.rules import order
from kinoloop.web.forms import Form, lead_to
from kinoloop.web.pages.money.credited import Credited, CreditedAd, credited_of, top_ad
from kinoloop.web.pages.money.whose import Owner, Tenant, ad_names
from kinoloop.web.render import Frame, frame_of, respond
from kinoloop.web.stage import Now, Stage, Who
from kinoloop.web.words import ago_words

router = APIRouter(include_in_schema=False)
PAGE = 25
TEMPLATE = "template_"
Show = Literal["open", "won", "lost"]
TABS: tuple[tuple[Show | None, str], ...] = (
    (None, "All"),
    ("open", "Open"),
    ("won", "Won"),
    ("lost", "Lost"),
)


@dataclass(frozen=True)
class Counts:
    """How many deals, by how they stand."""

    everything: int
    open: int
    won: int
    lost: int


@dataclass(frozen=True)
class DealLine:
    """A deal in a list. `looked`: whether a click was looked for; `ad` the one it is credited to most."""

    deal: DealValue
    ago: str | None
    looked: bool
    ad: CreditedAd | None


@dataclass(frozen=True)
class NoTablePage:
    """Nothing can be counted yet: the stages have no values. `templates` may be copied."""

    template: ClassVar[str] = "money/no_table.html"
    frame: Frame
    templates: tuple[StageTable, ...]
    decides: bool


@dataclass(frozen=True)
class DealsPage:
    template: ClassVar[str] = "money/deals.html"
    frame: Frame
    currency: Currency
    totals: Totals
    counts: Counts
    unmapped: tuple[Unmapped, ...]
    stages: tuple[str, ...]
    lines: tuple[DealLine, ...]
    names: dict[str, str]
    show: Show | None
    tabs: tuple[tuple[Show | None, str, int], ...]
    more: str | None
    decides: bool


@dataclass(frozen=True)
class Move:
    """A line of the ledger; `part` (0 to 100) is its level against the highest this deal ever had."""

    line: LedgerLine
    part: float
    description: str | None


@dataclass(frozen=True)
class DealPage:
    """One deal. `told` is what the CRM says of it itself, None when only its stages came in."""

    template: ClassVar[str] = "money/deal.html"
    frame: Frame
    currency: Currency
    deal: DealValue
    told: KnownDeal | None
    moves: tuple[Move, ...]
    flags: tuple[Flag, ...]
    events: int
    credited: tuple[Credited, ...]
    names: dict[str, str]
    ago: str | None


@router.get("/deals")
def deals_page(
    request: Request, stage: Stage, clock: Now, who: Who, tenant: Tenant,
    show: Show | None = None, after: str | None = None,
) -> Response:  # fmt: skip
    frame = frame_of(request, "Deals", "deals")
    with stage.database.read() as connection:
        try:
            table = table_of(connection, tenant)
        except NotFoundError:  # the page itself says what to do about it
            ready = tuple(one for one in tables(connection) if one.tenant_id.startswith(TEMPLATE))
            return respond(NoTablePage(frame, ready, who.sees_all))
        page = _page(connection, clock, frame, table, show, after, decides=who.sees_all)
    return respond(page)


@router.post("/deals/table")
def take_template(
    request: Request, stage: Stage, clock: Now, who: Owner, tenant: Tenant, form: Form
) -> Response:
    """Start with a copy of a template; a table that is there already is not written over."""
    chosen = form.one("template")
    if not chosen.startswith(TEMPLATE):  # the table of another tenant is nobody else's
        raise InputError("No template was chosen.", fix="Choose one of those on the page.")
    with stage.begin() as connection:
        try:
            table_of(connection, tenant)
        except NotFoundError:
            copy_template(connection, chosen, tenant, who=who.user_id, now=clock.now())
    return lead_to(request, "/deals")


@router.post("/deals/stages")
def name_stage(
    request: Request, stage: Stage, clock: Now, who: Owner, tenant: Tenant, form: Form
) -> Response:
    """What a CRM's stage means from now on; what waited because of it counts at once."""
    with stage.begin() as connection:
        map_stage(
            connection, tenant, form.one("crm_stage"), form.one("stage"), who=who.user_id, now=clock.now()
        )
    return lead_to(request, "/deals")


@router.get("/deals/{deal_id:path}")
def deal_page(deal_id: str, request: Request, stage: Stage, clock: Now, tenant: Tenant) -> Response:
    with stage.database.read() as connection:
        table, found = table_of(connection, tenant), deal(connection, tenant, deal_id)
        ledger = lines(connection, tenant, deal_id)
        credited = credited_of(connection, tenant, deal_id)
        page = DealPage(
            frame=frame_of(request, f"Deal {deal_id}", "deals"),
            currency=table.currency,
            deal=found,
            told=_told(connection, tenant, deal_id),
            moves=_moves(table, ledger),
            flags=flags(connection, tenant, deal_id=deal_id),
            events=len(events(connection, tenant, [deal_id])),
            credited=credited,
            names=ad_names(connection, (one.attribution.ad_id for one in credited)),
            ago=ago_words(found.updated_at, clock.now()),
        )
    return respond(page)


def _page(
    connection: Connection,
    clock: Clock,
    frame: Frame,
    table: StageTable,
    show: Show | None,
    after: str | None,
    *,
    decides: bool,
) -> DealsPage:
    tenant, held = table.tenant_id, totals(connection, table.tenant_id)
    counts = _counts(held, table)
    only = {"won": table.won, "lost": table.lost}.get(show or "")
    found = deals(connection, tenant, stage=only, open_only=show == "open", limit=PAGE + 1, after=after)
    told = tuple(_line(connection, clock, one) for one in found[:PAGE])
    more = None
    if len(found) > PAGE:
        more = "/deals?" + urlencode({"after": found[PAGE - 1].deal_id} | ({"show": show} if show else {}))
    numbers = (counts.everything, counts.open, counts.won, counts.lost)
    return DealsPage(
        frame=frame,
        currency=table.currency,
        totals=held,
        counts=counts,
        unmapped=unmapped(connection, tenant),
        stages=order(table),
        lines=told,
        names=ad_names(connection, (one.ad.ad_id for one in told if one.ad)),
        show=show,
        tabs=tuple((*tab, number) for tab, number in zip(TABS, numbers, strict=True)),
        more=more,
        decides=decides,
    )


def _counts(held: Totals, table: StageTable) -> Counts:
    by_stage = {one.stage: one.deals for one in held.stages}
    won, lost = by_stage.get(table.won, 0), by_stage.get(table.lost, 0)
    return Counts(held.deals, held.deals - won - lost, won, lost)


def _line(connection: Connection, clock: Clock, one: DealValue) -> DealLine:
    looked, ad = top_ad(connection, one.tenant_id, one.deal_id)
    return DealLine(one, ago_words(one.updated_at, clock.now()), looked, ad)


def _moves(table: StageTable, ledger: tuple[LedgerLine, ...]) -> tuple[Move, ...]:
    highest = max((one.level for one in ledger), default=0)
    return tuple(
        Move(one, round(100 * one.level / highest, 1) if highest else 0.0, _description(table, one))
        for one in ledger
    )


def _description(table: StageTable, line: LedgerLine) -> str | None:
    """What the table says of the stage, unless the deal stands at a value of its own there."""
    stage = table.stages.get(line.stage_to)
    return stage.description if stage is not None and stage.value == line.level else None


def _told(connection: Connection, tenant: str, deal_id: str) -> KnownDeal | None:
    try:
        return told_deal(connection, tenant, deal_id)
    except NotFoundError:  # handed in over our own API, or before the first sync
        return None
