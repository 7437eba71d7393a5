"""Today: the home page. One winner, one waste, what waits for a person, what may be lost, what came of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from fastapi import APIRouter, Request
from starlette.responses import Response

from kinoloop.delivery.accounts.queries import accounts
from kinoloop.runs.queries import counts
from kinoloop.runs.records import ACTIVE
from kinoloop.web.pages.decide.ads import next_words
from kinoloop.web.pages.learn.models import Draws
from kinoloop.web.pages.money.whose import Tenant
from kinoloop.web.pages.today.bounds import Bound, bound_of
from kinoloop.web.pages.today.money import Money, money_of
from kinoloop.web.pages.today.queries import There, there
from kinoloop.web.pages.today.standout import Standout, standout
from kinoloop.web.pages.today.waiting import Pile, piles
from kinoloop.web.render import Frame, frame_of, respond
from kinoloop.web.stage import Now, Stage, Who

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class TodayPage:
    """`there` tells what the house has at all: a new one is shown how to begin instead of empty cards."""

    template: ClassVar[str] = "today/today.html"
    frame: Frame
    now: datetime
    there: There
    piles: tuple[Pile, ...]
    standout: Standout
    bounds: tuple[Bound, ...]
    money: Money
    next: str | None
    running: int
    decides: bool

    @property
    def waits(self) -> int:
        return sum(pile.count for pile in self.piles)

    @property
    def sample(self) -> str | None:
        """`all` or `some` of the accounts are the pretend platform's; None when none is."""
        found = {one.sample for one in self.bounds}
        return None if True not in found else "all" if found == {True} else "some"


@router.get("/")
def today(request: Request, stage: Stage, clock: Now, who: Who, tenant: Tenant, rng: Draws) -> Response:
    now = clock.now()
    with stage.database.read() as connection:
        known = accounts(connection)
        working = counts(connection)
        running = sum(working[kind] for kind in ACTIVE)
        page = TodayPage(
            frame=frame_of(request, "Today", "today", running=running),
            now=now,
            there=there(connection, tenant),
            piles=piles(connection, tenant, who, now),
            standout=standout(connection, known, who),
            bounds=tuple(bound_of(connection, one, now) for one in known),
            money=money_of(connection, tenant, known, now, rng),
            next=next_words(now),
            running=running,
            decides=who.sees_all,
        )
    return respond(page)
