"""Budget decisions over HTTP: list, look, why, decide again from what was known then, decide now, settings.

Money is minor units of the account's currency (`currency`, `currency_offset`); what is not known is null.
"""

from dataclasses import asdict, replace
from typing import Annotated, Any, Protocol, cast

from fastapi import APIRouter, Query

from kinoloop.core.ids import new_id
from kinoloop.delivery.accounts.queries import account as account_of
from kinoloop.flows.decide_budget.switching import set_decisions, try_policy
from kinoloop.learning.bandit.records import BanditSettings
from kinoloop.learning.decisions import queries
from kinoloop.learning.decisions.records import AdLine, BudgetStep, Decision, DecisionSettings
from kinoloop.learning.decisions.replaying import replay
from kinoloop.learning.trials import queries as trials
from kinoloop.learning.trials.rules.gating import caution, in_words
from kinoloop.store.reading import LARGEST_PAGE
from kinoloop.web.ads.desk import AdDesk, Decider
from kinoloop.web.api.shapes import Problem
from kinoloop.web.api.v2.change_shapes import ExpectedShape
from kinoloop.web.api.v2.decision_shapes import (
    AdAnswer,
    AdHistoryAnswer,
    DecideBody,
    DecisionAnswer,
    DecisionsAnswer,
    ReplayAnswer,
    SetBody,
    SettingsShape,
    StartedAnswer,
    StepAnswer,
    SwitchAnswer,
    SwitchesAnswer,
    TrialAnswer,
    WholeDecisionAnswer,
)
from kinoloop.web.stage import Now, Stage

router = APIRouter(
    prefix="/api/v2/decisions",
    tags=["decisions"],
    responses={code: {"model": Problem} for code in (403, 404, 409)},
)


class Decides(Protocol):
    """What the desk of ads does for this room beside the rest."""

    def decide(self, account_id: str) -> str:
        """Start a round for one account; gives the run's id."""
        ...


@router.get("", summary="List decisions, newest first")
def list_decisions(
    stage: Stage,
    account_id: str | None = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 50,
    after: str | None = None,
) -> DecisionsAnswer:
    """`after` is the `next` of the page before."""
    with stage.database.read() as connection:
        found = queries.decisions(connection, account_id=account_id, limit=limit, after=after)
    return DecisionsAnswer(
        decisions=[DecisionAnswer(**_told(one)) for one in found],
        count=len(found),
        next=found[-1].decision_id if len(found) == limit else None,
    )


@router.post("", status_code=202, summary="Decide for an account now")
def decide(wish: DecideBody, stage: Stage, who: Decider, ads: AdDesk) -> StartedAnswer:
    """Gives the run; what follows from it is a decision, and changes that wait under the account's limits."""
    with stage.database.read() as connection:
        account_of(connection, wish.account_id)
    return StartedAnswer(run_id=cast(Decides, ads).decide(wish.account_id))


@router.get("/settings/{account_id}", summary="What is set for an account's decisions")
def settings(account_id: str, stage: Stage) -> SettingsShape:
    with stage.database.read() as connection:
        account_of(connection, account_id)
        return _shape(queries.settings(connection, account_id))


@router.put("/settings/{account_id}", summary="Set all of it, from the next round on")
def set_settings(account_id: str, wish: SetBody, stage: Stage, clock: Now, who: Decider) -> SettingsShape:
    """All at once: what is left out is the default again. 422 names everything that cannot be.

    Another policy is tried on the logged days first; 409 when that does not admit it and nobody
    says `yes` and why.
    """
    told = wish.model_dump(exclude={"yes", "reason"})
    wanted = DecisionSettings(**told | {"bandit": BanditSettings(**told["bandit"])})
    made = set_decisions(
        stage.database.read,
        stage.begin,
        account_id,
        wanted,
        who=who.user_id,
        now=clock.now(),
        new_id=new_id,
        reason=wish.reason,
        yes=wish.yes,
    )
    return _shape(made)


@router.get("/settings/{account_id}/trial/{policy}", summary="Try another policy on the logged days")
def trial(account_id: str, policy: str, stage: Stage, clock: Now) -> TrialAnswer:
    """Nothing is changed. It decides up to ninety days anew, so it takes seconds."""
    with stage.database.read() as connection:
        wanted = replace(queries.settings(connection, account_id), policy=policy)
        told = try_policy(connection, account_id, wanted, now=clock.now())
    return TrialAnswer(
        policy=policy,
        told=in_words(told),
        needs_yes=caution(told),
        sample=told.snips.sample,
        rows=told.snips.rows,
        **{name: getattr(told, name) for name in ("admitted", "gain", "low", "high")},
    )


@router.get("/settings/{account_id}/switches", summary="Which policies were put in force, latest first")
def switches(account_id: str, stage: Stage) -> SwitchesAnswer:
    with stage.database.read() as connection:
        account_of(connection, account_id)
        found = trials.switches(connection, account_id)
    names = SwitchAnswer.model_fields
    return SwitchesAnswer(
        switches=[SwitchAnswer(**{name: getattr(one, name) for name in names}) for one in found]
    )


@router.get("/ads/{ad_id}", summary="What was decided on one ad, newest first")
def of_ad(
    ad_id: str, stage: Stage, limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 50
) -> AdHistoryAnswer:
    with stage.database.read() as connection:
        found = queries.of_ad(connection, ad_id, limit=limit)
    return AdHistoryAnswer(ad_id=ad_id, lines=[_line(one) for one in found])


@router.get("/{some_id}", summary="One decision with its ads and what it asked for")
def one_decision(some_id: str, stage: Stage) -> WholeDecisionAnswer:
    """By its own id, or by that of a change it asked for."""
    with stage.database.read() as connection:
        found = queries.find(connection, some_id)
        lines = queries.lines(connection, found.decision_id)
        steps = queries.steps(connection, found.decision_id)
    return WholeDecisionAnswer(
        **_told(found),
        settings=asdict(found.settings),
        made_by=dict(found.made_by),
        lines=[_line(one) for one in lines],
        steps=[_step(one) for one in steps],
    )


@router.get("/{some_id}/replay", summary="Decide it once more, from what was known then")
def replay_decision(some_id: str, stage: Stage) -> ReplayAnswer:
    """Nothing is written, and nothing that is known only today is read."""
    with stage.database.read() as connection:
        found = replay(connection, queries.find(connection, some_id))
    return ReplayAnswer(**{name: getattr(found, name) for name in ReplayAnswer.model_fields})


def _told(one: Decision) -> dict[str, Any]:
    told = {name: getattr(one, name) for name in DecisionAnswer.model_fields if hasattr(one, name)}
    return told | {"currency": one.currency.code, "currency_offset": one.currency.offset}


def _line(one: AdLine) -> AdAnswer:
    return AdAnswer(**{name: getattr(one, name) for name in AdAnswer.model_fields})


def _step(one: BudgetStep) -> StepAnswer:
    told = {name: getattr(one, name) for name in StepAnswer.model_fields}
    return StepAnswer(**told | {"expected": ExpectedShape.model_construct(**vars(one.expected))})


def _shape(one: DecisionSettings) -> SettingsShape:
    return SettingsShape.model_validate(asdict(one))
