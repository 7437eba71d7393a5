"""Changes to live ads over HTTP: list, look, propose, say yes or no, take back.

Money is minor units of the account's currency (`currency`, `currency_offset`); what is not known is null.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from kinoloop.core.currency import Currency
from kinoloop.core.ids import new_id
from kinoloop.delivery.accounts.queries import account as account_of
from kinoloop.delivery.accounts.queries import accounts
from kinoloop.delivery.changes.queries import LARGEST_PAGE, change, changes, history
from kinoloop.delivery.changes.records import Change, ChangeState, Expected, HistoryRow, Proposal
from kinoloop.web.ads.desk import AdDesk, Decider
from kinoloop.web.ads.outlook import Outlook, outlook
from kinoloop.web.ads.words import title_of
from kinoloop.web.api.shapes import Problem
from kinoloop.web.api.v2.change_shapes import (
    ApproveBody,
    AttemptAnswer,
    ChangeAnswer,
    ChangesAnswer,
    ExpectedShape,
    OutlookAnswer,
    ProposeBody,
    RejectBody,
    WholeChangeAnswer,
)
from kinoloop.web.backstage import Backstage
from kinoloop.web.stage import Now, Stage, Who

router = APIRouter(
    prefix="/api/v2/changes",
    tags=["changes"],
    responses={code: {"model": Problem} for code in (403, 404, 409)},
)


@router.get("", summary="List changes, newest first")
def list_changes(
    stage: Stage,
    account_id: str | None = None,
    state: Annotated[list[ChangeState] | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 50,
    after: str | None = None,
) -> ChangesAnswer:
    """`state` may be given several times. `after` is the `next` of the page before."""
    with stage.database.read() as connection:
        found = changes(connection, account_id=account_id, states=state or (), limit=limit, before=after)
        money = {one.account_id: one.currency for one in accounts(connection)}
    return ChangesAnswer(
        changes=[ChangeAnswer(**_told(one, money[one.account_id])) for one in found],
        count=len(found),
        next=found[-1].change_id if len(found) == limit else None,
    )


@router.get("/{change_id}", summary="One change with its audit")
def one_change(change_id: str, stage: Stage, clock: Now, who: Who) -> WholeChangeAnswer:
    """Why, by whom, before and after, what the limits said, and the platform's raw answers."""
    with stage.database.read() as connection:
        known = change(connection, change_id)
        account = account_of(connection, known.account_id)
        rows = history(connection, change_id=change_id)
        open_still = known.state in ("proposed", "approved")
        ahead = None
        if open_still:
            ahead = outlook(connection, known, account, who=who.user_id, now=clock.now())
    return WholeChangeAnswer(
        **_told(known, account.currency),
        outlook=None if ahead is None else outlook_answer(ahead),
        history=[_attempt(row) for row in rows],
    )


@router.post("", status_code=201, summary="Propose a change")
def propose(wish: ProposeBody, stage: Stage, who: Decider, ads: AdDesk, response: Response) -> ChangeAnswer:
    """The platform is read first. With authority `auto` it is approved at once, inside the limits."""
    proposal = Proposal(
        account_id=wish.account_id,
        kind=wish.kind,
        entity_id=wish.entity_id,
        change_type=wish.change_type,
        requested=wish.requested,
        reason=wish.reason,
        triggered_by=wish.triggered_by,
        key=wish.key or f"api:{new_id()}",
        expected=Expected(**wish.expected.model_dump()),
        confidence=wish.confidence,
        exact=wish.exact,
        dry_run=wish.dry_run,
    )
    made = ads.propose(proposal)
    response.headers["location"] = f"/api/v2/changes/{made.change_id}"
    return _answer(stage, made)


@router.post("/{change_id}/approve", summary="Say yes to exactly what was seen")
def approve(change_id: str, wish: ApproveBody, stage: Stage, who: Decider, ads: AdDesk) -> ChangeAnswer:
    """409 when the change is another than `sha256` says, or past approving."""
    return _answer(stage, ads.approve(change_id, who=who.user_id, sha256=wish.sha256))


@router.post("/{change_id}/reject", summary="Say no")
def reject(change_id: str, wish: RejectBody, stage: Stage, who: Decider, ads: AdDesk) -> ChangeAnswer:
    """Possible until a worker has it, also after a yes."""
    return _answer(stage, ads.reject(change_id, who=who.user_id, why=wish.why))


@router.post("/{change_id}/revert", status_code=201, summary="Propose the value before")
def revert(change_id: str, stage: Stage, who: Decider, ads: AdDesk, response: Response) -> ChangeAnswer:
    """Gives the new change, exact. 409 when the platform shows something else than this change made."""
    made = ads.revert(change_id, who=who.user_id)
    response.headers["location"] = f"/api/v2/changes/{made.change_id}"
    return _answer(stage, made)


def outlook_answer(ahead: Outlook) -> OutlookAnswer:
    verdict = ahead.verdict
    return OutlookAnswer.model_validate(
        {
            "stands": ahead.stands,
            "blocks": [vars(one) for one in verdict.blocks] if verdict else [],
            "facts": verdict.facts if verdict else {},
            "seen_at": ahead.seen_at,
            "reason": ahead.why_not or None,
        }
    )


def _answer(stage: Backstage, known: Change) -> ChangeAnswer:
    with stage.database.read() as connection:
        money = account_of(connection, known.account_id).currency
    return ChangeAnswer(**_told(known, money))


def _told(known: Change, money: Currency) -> dict[str, Any]:
    told = {name: getattr(known, name) for name in ChangeAnswer.model_fields if hasattr(known, name)}
    return told | {
        "title": title_of(known, money),
        "currency": money.code,
        "currency_offset": money.offset,
        "expected": ExpectedShape.model_construct(**vars(known.expected)),
    }


def _attempt(row: HistoryRow) -> AttemptAnswer:
    return AttemptAnswer(**{name: getattr(row, name) for name in AttemptAnswer.model_fields})
