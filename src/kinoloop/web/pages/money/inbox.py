"""The inbox: what the CRM told, what became of it, what failed and why, and what each sync found."""

from dataclasses import dataclass
from typing import ClassVar, Literal
from urllib.parse import quote

from fastapi import APIRouter, Request
from sqlalchemy import Connection
from starlette.responses import Response

from kinoloop.core.clock import Clock
from kinoloop.core.errors import ConflictError
from kinoloop.learning.crm.queries import event, event_counts, events, portals, syncs
from kinoloop.learning.crm.records import CrmEvent, EventState, Portal, SyncReport
from kinoloop.web.forms import Form, lead_to
from kinoloop.web.pages.money.whose import Tenant
from kinoloop.web.render import Frame, frame_of, respond
from kinoloop.web.stage import Now, Stage
from kinoloop.web.words import ago_words, plain

router = APIRouter(include_in_schema=False)
PAGE, TROUBLE, REPORTS = 30, 20, 12
BAD: tuple[EventState, ...] = ("failed", "dead")
STATES: dict[EventState, str] = {
    "received": "Waiting",
    "failed": "Failed, tried again",
    "dead": "Given up",
    "handled": "Done",
    "ignored": "Of no use here",
    "unknown_portal": "Nobody's account",
}
CHANGES = {
    "creation": "was made",
    "deletion": "was deleted",
    "restore": "was brought back",
    "merge": "was merged with another",
    "associationChange": "was linked anew",
    "privacyDeletion": "is to be forgotten",
    "sync": "could not be kept by a sync",
}


@dataclass(frozen=True)
class EventLine:
    """An event in words. `late` is how long it took from the CRM's clock to ours, in seconds."""

    event: CrmEvent
    what: str
    state: str
    late: float | None
    ago: str | None
    address: str | None
    again: bool
    """Whether it may be tried again by hand."""


@dataclass(frozen=True)
class SyncLine:
    """A sync's report; `took` in seconds, None while it runs."""

    report: SyncReport
    ago: str | None
    took: float | None


@dataclass(frozen=True)
class InboxPage:
    """`trouble` are those that failed, whatever is chosen below; `strange` have no account here."""

    template: ClassVar[str] = "money/inbox.html"
    frame: Frame
    counts: dict[EventState, int]
    states: dict[EventState, str]
    state: EventState | None
    trouble: tuple[EventLine, ...]
    strange: tuple[EventLine, ...]
    lines: tuple[EventLine, ...]
    more: str | None
    syncs: tuple[SyncLine, ...]
    portals: tuple[Portal, ...]

    @property
    def lame(self) -> int:
        """How many could be tried again, on whichever page they stand."""
        return sum(self.counts[state] for state in BAD)

    @property
    def everything(self) -> int:
        return sum(self.counts.values())


@router.get("/inbox")
def inbox_page(
    request: Request,
    stage: Stage,
    clock: Now,
    tenant: Tenant,
    state: Literal["received", "failed", "dead", "handled", "ignored"] | None = None,
    before: str | None = None,
) -> Response:
    with stage.database.read() as connection:
        page = _page(connection, clock, frame_of(request, "Inbox", "inbox"), tenant, state, before)
    return respond(page)


@router.post("/inbox/again")
def try_again(request: Request, stage: Stage, tenant: Tenant, form: Form) -> Response:
    """Try those that failed once more, now: the one named, else all. Reading again spends nothing, so anybody
    may. Raises ConflictError when none of them is failed any more.
    """
    key = form.one("key")
    if not stage.crm.redo([key] if key else None, tenant_id=tenant):
        raise ConflictError(
            "There is nothing to try again.",
            why="It was done meanwhile, or somebody else has just pressed.",
            fix="Reload the page.",
        )
    return lead_to(request, "/inbox")


def _page(
    connection: Connection,
    clock: Clock,
    frame: Frame,
    tenant: str,
    state: EventState | None,
    before: str | None,
) -> InboxPage:
    last = event(connection, before) if before else None
    wanted = (state,) if state else ()
    found = events(connection, states=wanted, tenant_id=tenant, limit=PAGE + 1, before=last)
    trouble = () if before or state else events(connection, states=BAD, tenant_id=tenant, limit=TROUBLE)
    # Nobody's events have no tenant: whoever looks after this house has to say whose they are.
    strange = () if before or state else events(connection, states=("unknown_portal",), limit=TROUBLE)
    more = None
    if len(found) > PAGE:
        more = f"/inbox?before={found[PAGE - 1].key}" + (f"&state={state}" if state else "")
    return InboxPage(
        frame=frame,
        counts=_counts(connection, tenant),
        states=STATES,
        state=state,
        trouble=tuple(line_of(one, clock) for one in trouble),
        strange=tuple(line_of(one, clock) for one in strange),
        lines=tuple(line_of(one, clock) for one in found[:PAGE]),
        more=more,
        syncs=tuple(_sync(one, clock) for one in syncs(connection, tenant_id=tenant, limit=REPORTS)),
        portals=portals(connection, tenant_id=tenant),
    )


def _counts(connection: Connection, tenant: str) -> dict[EventState, int]:
    mine, all_of = event_counts(connection, tenant_id=tenant), event_counts(connection)
    held = mine | {"unknown_portal": all_of.get("unknown_portal", 0)}
    return {state: held.get(state, 0) for state in STATES}


def line_of(one: CrmEvent, clock: Clock) -> EventLine:
    late = None if one.occurred_at is None else max((one.received_at - one.occurred_at).total_seconds(), 0.0)
    mine = one.kind == "deal" and one.tenant_id is not None
    return EventLine(
        event=one,
        what=what_happened(one),
        state=STATES[one.state],
        late=late,
        ago=ago_words(one.received_at, clock.now()),
        address=f"/deals/{quote(one.object_id)}" if mine else None,
        again=one.state in BAD and one.tenant_id is not None and one.occurred_at is not None,
    )


def what_happened(one: CrmEvent) -> str:
    """`stage became showup`, `was made`; what is not known by name is said as the CRM says it."""
    if one.change == "propertyChange":
        name = "stage" if one.property_name == "dealstage" else plain(one.property_name or "a value").lower()
        return f"{name} became {one.property_value}" if one.property_value else f"{name} was emptied"
    return CHANGES.get(one.change, one.subscription_type)


def _sync(one: SyncReport, clock: Clock) -> SyncLine:
    took = None if one.finished_at is None else (one.finished_at - one.started_at).total_seconds()
    return SyncLine(one, ago_words(one.started_at, clock.now()), took)
