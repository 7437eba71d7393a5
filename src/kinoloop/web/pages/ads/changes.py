"""Changes to live ads: an inbox for yes and no, and one change with everything that is known of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from kinoloop.approvals.queries import history as answers
from kinoloop.approvals.records import Approval
from kinoloop.core.clock import Clock
from kinoloop.core.errors import InputError
from kinoloop.core.ids import hash_json
from kinoloop.delivery.accounts.queries import account as account_of
from kinoloop.delivery.changes.queries import change, history
from kinoloop.delivery.changes.records import OPEN
from kinoloop.web.ads.desk import AdDesk, Decider
from kinoloop.web.backstage import Backstage
from kinoloop.web.forms import Form, lead_to
from kinoloop.web.pages.ads.inbox import ChangesPart, Filter, Show, find, mark_of, part_of
from kinoloop.web.pages.ads.told import ToldChange, names_of, tell
from kinoloop.web.render import Frame, frame_of, respond
from kinoloop.web.stage import Now, Stage, Who
from kinoloop.web.users.records import User

router = APIRouter(include_in_schema=False)
UNCHANGED = 204
"""Nothing to draw anew."""
Seen = Annotated[str, Query(max_length=64)]


@dataclass(frozen=True)
class ChangesPage:
    template: ClassVar[str] = "ads/changes.html"
    frame: Frame
    part: ChangesPart


@dataclass(frozen=True)
class ChangePart:
    """One change. It is asked for again while it is open."""

    template: ClassVar[str] = "ads/parts/change.html"
    told: ToldChange
    answers: tuple[Approval, ...]
    names: Mapping[str, str]
    proof: str
    decides: bool
    seen: str

    @property
    def poll(self) -> str | None:
        known = self.told.change
        open_still = known.state in OPEN
        return f"/parts/changes/{known.change_id}?seen={self.seen}" if open_still else None


@dataclass(frozen=True)
class ChangePage:
    template: ClassVar[str] = "ads/change.html"
    frame: Frame
    part: ChangePart


def filtered(account: str | None = None, show: Show | None = None, before: str | None = None) -> Filter:
    return Filter(account or None, show, before)


Wanted = Annotated[Filter, Depends(filtered)]


@router.get("/changes")
def changes_page(request: Request, stage: Stage, clock: Now, who: Who, wanted: Wanted) -> Response:
    return respond(
        ChangesPage(frame_of(request, "Changes", "changes"), _list(request, stage, clock, who, wanted))
    )


@router.get("/parts/changes")
def changes_part(
    request: Request, stage: Stage, clock: Now, who: Who, wanted: Wanted, seen: Seen = ""
) -> Response:
    """The lists as they are now; 204 while they are what the page shows already."""
    if seen:
        with stage.database.read() as connection:
            mark = mark_of(connection, find(connection, wanted), clock.now())
        if mark == seen:
            return Response(status_code=UNCHANGED)
    return respond(_list(request, stage, clock, who, wanted))


@router.get("/changes/{change_id}")
def change_page(change_id: str, request: Request, stage: Stage, clock: Now, who: Who) -> Response:
    part = _one(request, stage, clock, who, change_id)
    return respond(ChangePage(frame_of(request, part.told.title, "changes"), part))


@router.get("/parts/changes/{change_id}")
def change_part(
    change_id: str, request: Request, stage: Stage, clock: Now, who: Who, seen: Seen = ""
) -> Response:
    part = _one(request, stage, clock, who, change_id)
    return Response(status_code=UNCHANGED) if part.seen == seen else respond(part)


@router.post("/changes/{change_id}/approve")
def approve(
    change_id: str,
    request: Request,
    stage: Stage,
    clock: Now,
    who: Decider,
    ads: AdDesk,
    form: Form,
    wanted: Wanted,
) -> Response:
    """Say yes to exactly what the page showed."""
    seen = form.one("sha256")
    if not seen:
        raise InputError("It is not told what was looked at.", fix="Reload the page and approve there.")
    ads.approve(change_id, who=who.user_id, sha256=seen)
    return _after(request, stage, clock, who, wanted, change_id)


@router.post("/changes/{change_id}/reject")
def reject(
    change_id: str,
    request: Request,
    stage: Stage,
    clock: Now,
    who: Decider,
    ads: AdDesk,
    form: Form,
    wanted: Wanted,
) -> Response:
    """Say no, with a reason: whoever proposed it reads it."""
    why = form.one("why")
    if not why:
        raise InputError(
            "A no needs a reason.", why="Whoever proposed it reads it.", fix="Write a few words."
        )
    ads.reject(change_id, who=who.user_id, why=why[:500])
    return _after(request, stage, clock, who, wanted, change_id)


@router.post("/changes/{change_id}/revert")
def revert(change_id: str, request: Request, who: Decider, ads: AdDesk) -> Response:
    """Propose the value before; leads to that new change."""
    made = ads.revert(change_id, who=who.user_id)
    return lead_to(request, f"/changes/{made.change_id}")


def _after(
    request: Request, stage: Backstage, clock: Clock, who: User, wanted: Filter, change_id: str
) -> Response:
    """What the page shows now, where it was pressed; without scripts the page itself."""
    target = request.headers.get("hx-target")
    if request.headers.get("hx-request") and target == "changes":
        return respond(_list(request, stage, clock, who, wanted))
    if request.headers.get("hx-request") and target == "change":
        return respond(_one(request, stage, clock, who, change_id))
    return lead_to(request, f"/changes/{change_id}")


def _list(request: Request, stage: Backstage, clock: Clock, who: User, wanted: Filter) -> ChangesPart:
    proof, now = frame_of(request, "", "").csrf, clock.now()
    with stage.database.read() as connection:
        found = find(connection, wanted)
        return part_of(connection, found, wanted, who=who.user_id, decides=who.sees_all, proof=proof, now=now)


def _one(request: Request, stage: Backstage, clock: Clock, who: User, change_id: str) -> ChangePart:
    now = clock.now()
    with stage.database.read() as connection:
        known = change(connection, change_id)
        account = account_of(connection, known.account_id)
        names = names_of(connection)
        told = tell(connection, known, account, names=names, who=who.user_id, now=now)
        said = answers(connection, f"change:{change_id}")
        rows = history(connection, change_id=change_id, limit=20)
    mark = hash_json([known, rows, said, account, int(now.timestamp() // 60)])[:16]
    return ChangePart(told, said, names, frame_of(request, "", "").csrf, who.sees_all, mark)
