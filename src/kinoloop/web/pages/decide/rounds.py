"""Rounds of decisions, newest first; deciding now."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from sqlalchemy import Connection
from starlette.responses import Response

from kinoloop.core.clock import Clock
from kinoloop.core.text import plural
from kinoloop.delivery.accounts.queries import account as account_of
from kinoloop.delivery.accounts.queries import accounts
from kinoloop.delivery.accounts.records import AdAccount
from kinoloop.learning.decisions import queries
from kinoloop.learning.decisions.records import Decision
from kinoloop.web.ads.desk import AdDesk, Decider
from kinoloop.web.forms import Form, lead_to
from kinoloop.web.pages.decide.ads import next_words
from kinoloop.web.pages.decide.queries import NONE, asked, verdicts
from kinoloop.web.pages.decide.samples import is_sample
from kinoloop.web.pages.decide.words import WORDS, policy_words
from kinoloop.web.render import Frame, frame_of, respond
from kinoloop.web.stage import Now, Stage, Who
from kinoloop.web.words import ago_words

router = APIRouter(include_in_schema=False)
PAGE = 30
COUNTED: Mapping[str, str] = {
    NONE: "not handed on",
    "proposed": "waiting for a yes",
    "approved": "approved",
    "claimed": "in a worker's hands",
    "executing": "being sent",
    "unknown": "without an answer",
    "completed": "made",
    "failed": "failed",
    "blocked": "stopped",
    "reverted": "taken back",
    "rejected": "rejected",
}
"""Changes by their state, after a number."""


@dataclass(frozen=True)
class RoundLine:
    """A round in the list: `verdicts` are (word, as it is said, how many ads); `changes` what came of it."""

    decision: Decision
    account: AdAccount
    sample: bool
    ago: str | None
    policy: str
    verdicts: tuple[tuple[str, str, int], ...]
    asked: int
    changes: str


@dataclass(frozen=True)
class RoundsPage:
    template: ClassVar[str] = "decide/rounds.html"
    frame: Frame
    lines: tuple[RoundLine, ...]
    accounts: tuple[AdAccount, ...]
    chosen: str | None
    more: str | None
    next: str | None
    decides: bool


@router.get("/decisions")
def rounds_page(
    request: Request, stage: Stage, clock: Now, who: Who, account: str | None = None, after: str | None = None
) -> Response:
    account = account or None
    with stage.database.read() as connection:
        known = accounts(connection)
        found = queries.decisions(connection, account_id=account, limit=PAGE, after=after)
        lines = _lines(connection, clock, known, found)
    more = None
    if len(found) == PAGE:
        wanted = {"after": found[-1].decision_id} | ({"account": account} if account else {})
        more = f"/decisions?{urlencode(wanted)}"
    frame, due = frame_of(request, "Decisions", "decisions"), next_words(clock.now())
    return respond(RoundsPage(frame, lines, known, account, more, due, who.sees_all))


@router.post("/decisions")
def decide_now(request: Request, stage: Stage, who: Decider, ads: AdDesk, form: Form) -> Response:
    """Start a round for one account and lead to its run."""
    account_id = form.one("account_id")
    with stage.database.read() as connection:
        account_of(connection, account_id)
    return lead_to(request, f"/runs/{ads.decide(account_id)}")


def _lines(
    connection: Connection, clock: Clock, known: tuple[AdAccount, ...], found: tuple[Decision, ...]
) -> tuple[RoundLine, ...]:
    by_id = {one.account_id: one for one in known}
    ids = [one.decision_id for one in found]
    words, steps, now = verdicts(connection, ids), asked(connection, ids), clock.now()
    return tuple(
        RoundLine(
            decision=one,
            account=by_id[one.account_id],
            sample=is_sample(by_id[one.account_id]),
            ago=ago_words(one.at, now),
            policy=policy_words(one.policy),
            verdicts=verdict_counts(words[one.decision_id]),
            asked=sum(steps[one.decision_id].values()),
            changes=changes_words(steps[one.decision_id]),
        )
        for one in found
    )


def verdict_counts(counted: Counter[str]) -> tuple[tuple[str, str, int], ...]:
    return tuple((word, said, counted[word]) for word, said in WORDS.items() if counted[word])


def changes_words(counted: Counter[str]) -> str:
    """`3 changes: 2 made, 1 waiting for a yes`; what it did not ask for is said too."""
    total = sum(counted.values())
    if not total:
        return "nothing was asked for"
    said = [f"{count} {COUNTED.get(state, state)}" for state, count in sorted(counted.items())]
    return f"{plural(total, 'change')}: {', '.join(said)}"
