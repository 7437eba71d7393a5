"""One round: what was known, what was decided and why, what followed, and if it comes out the same again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter, Request
from sqlalchemy import Connection
from starlette.responses import Response

from kinoloop.core.clock import Clock
from kinoloop.core.errors import IntegrityError, NotFoundError
from kinoloop.delivery.accounts.queries import account as account_of
from kinoloop.delivery.accounts.records import AdAccount
from kinoloop.learning.decisions import queries
from kinoloop.learning.decisions.records import Decision, Replay
from kinoloop.learning.decisions.replaying import replay
from kinoloop.web.pages.decide.ads import AdRow, row_of
from kinoloop.web.pages.decide.asked import StepLine, step_lines
from kinoloop.web.pages.decide.drawing import Parts, parts_of
from kinoloop.web.pages.decide.known import KnownThen, known_then
from kinoloop.web.pages.decide.queries import changes_with
from kinoloop.web.pages.decide.samples import is_sample
from kinoloop.web.pages.decide.scales import Scale, scale_of
from kinoloop.web.pages.decide.words import MODES, policy_words, share_words
from kinoloop.web.render import Frame, frame_of, respond
from kinoloop.web.stage import Now, Stage
from kinoloop.web.words import ago_words

router = APIRouter(include_in_schema=False)
ROWS = 200
"""So many ads are shown, those with the most money first."""


@dataclass(frozen=True)
class RoundRow:
    """An ad in this round: its row, its share of the money (its propensity), what its return is made of."""

    row: AdRow
    share: str | None
    width: float
    parts: Parts | None
    doubt: str | None


@dataclass(frozen=True)
class ReplayPart:
    """The answer to pressing Replay; `names` are the ads that come out otherwise."""

    template: ClassVar[str] = "decide/parts/replay.html"
    decision: Decision
    again: Replay
    names: tuple[str, ...]


@dataclass(frozen=True)
class RoundPage:
    template: ClassVar[str] = "decide/round.html"
    frame: Frame
    decision: Decision
    account: AdAccount
    sample: bool
    ago: str | None
    policy: str
    mode: str
    known: KnownThen | None
    why_unknown: str | None
    rows: tuple[RoundRow, ...]
    left_out: int
    scale: Scale | None
    steps: tuple[StepLine, ...]
    named: str | None
    """The change by whose id the page was asked for."""
    again: ReplayPart | None


@router.get("/decisions/{some_id}")
def round_page(some_id: str, request: Request, stage: Stage, clock: Now, replayed: bool = False) -> Response:
    """By the id of a decision, or of a change that one asked for. `replayed` decides once more at once."""
    with stage.database.read() as connection:
        decision = queries.find(connection, some_id)
        again = _again(connection, decision) if replayed else None
        return respond(_page(connection, clock, request, decision, some_id, again))


@router.get("/parts/decisions/{decision_id}/replay")
def replay_part(decision_id: str, stage: Stage) -> Response:
    """Decide it once more from what was known then. Nothing is written."""
    with stage.database.read() as connection:
        return respond(_again(connection, queries.decision(connection, decision_id)))


def _again(connection: Connection, decision: Decision) -> ReplayPart:
    found = replay(connection, decision)
    names = {one.ad_id: one.name or one.ad_id for one in queries.lines(connection, decision.decision_id)}
    return ReplayPart(decision, found, tuple(names.get(one, one) for one in found.differing))


def _page(
    connection: Connection,
    clock: Clock,
    request: Request,
    decision: Decision,
    asked_by: str,
    again: ReplayPart | None,
) -> RoundPage:
    account = account_of(connection, decision.account_id)
    lines = queries.lines(connection, decision.decision_id)
    scale = scale_of((one.low, one.high) for one in lines if one.low and one.high)
    rows = tuple(
        RoundRow(
            row=row_of(one, scale, account, None, drifted=False),
            share=share_words(one.share),
            width=round(100 * one.share, 2),
            parts=parts_of(one.parts),
            doubt=share_words(one.disagreement),
        )
        for one in lines[:ROWS]
    )
    known, why = _known(connection, decision)
    return RoundPage(
        frame=frame_of(request, f"Decision of {decision.at:%Y-%m-%d %H:%M}", "decisions"),
        decision=decision,
        account=account,
        sample=is_sample(account),
        ago=ago_words(decision.at, clock.now()),
        policy=policy_words(decision.policy),
        mode=MODES[decision.mode],
        known=known,
        why_unknown=why,
        rows=rows,
        left_out=len(lines) - len(rows),
        scale=scale if any(one.row.plot for one in rows) else None,
        steps=_steps(connection, decision, known.names if known else {}),
        named=None if asked_by == decision.decision_id else asked_by,
        again=again,
    )


def _known(connection: Connection, decision: Decision) -> tuple[KnownThen | None, str | None]:
    """What it was shown, or why that cannot be read any more: the round itself is told all the same."""
    try:
        return known_then(queries.frozen(connection, decision.view_sha256)), None
    except (IntegrityError, NotFoundError) as error:
        return None, str(error)


def _steps(connection: Connection, decision: Decision, names: Mapping[str, str]) -> tuple[StepLine, ...]:
    found = queries.steps(connection, decision.decision_id)
    there = changes_with(connection, [one.change_id for one in found if one.change_id])
    return step_lines(found, decision.currency, there, names)
