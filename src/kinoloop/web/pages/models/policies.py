"""The budget policy of each account, another one tried on the rounds that were logged, and the switch to it.

A trial decides every logged day anew, so it is reckoned only when somebody asks for it, and again before a
switch: what it does not admit takes over only by an owner's explicit yes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from fastapi import APIRouter, Request
from sqlalchemy import Connection
from starlette.responses import Response

from kinoloop.core.errors import ConflictError, InputError, NotFoundError
from kinoloop.core.ids import new_id
from kinoloop.delivery.accounts.queries import account as account_of
from kinoloop.delivery.accounts.queries import accounts
from kinoloop.delivery.accounts.records import AdAccount
from kinoloop.flows.decide_budget.switching import set_decisions, try_policy
from kinoloop.learning.decisions import queries as decisions
from kinoloop.learning.decisions.policies import NAMES
from kinoloop.learning.decisions.records import Decision
from kinoloop.learning.trials.queries import LOOK_BACK, MATURE_DAYS
from kinoloop.learning.trials.queries import switches as switched
from kinoloop.learning.trials.records import Comparison, Estimate, Gate, PolicySwitch
from kinoloop.learning.trials.rules.gating import caution
from kinoloop.web.ads.desk import Decider
from kinoloop.web.ads.words import who_words
from kinoloop.web.forms import Form, lead_to
from kinoloop.web.pages.ads.told import names_of
from kinoloop.web.pages.decide.samples import is_sample
from kinoloop.web.pages.money.whose import Tenant
from kinoloop.web.render import Frame, frame_of, respond
from kinoloop.web.stage import Now, Stage, Who
from kinoloop.web.words import ago_words

router = APIRouter(include_in_schema=False)
POLICIES = {
    "ours": (
        "Kinoloop's own",
        "Draws from what is believed of every ad, deals still to come included, and spreads the money "
        "over what may earn.",
    ),
    "greedy": ("Greedy", "All belief in the money received so far; no doubt, no delay."),
    "equal": ("Equal split", "The same for every running ad."),
}
"""By name: how it is called, what it does."""


@dataclass(frozen=True)
class InForce:
    """An account with the policy that decides its budgets, when it last did, and who could be tried."""

    account: AdAccount
    policy: str
    title: str
    words: str
    last: Decision | None
    ago: str | None
    sample: bool
    others: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Row:
    """An estimate with its place on a line from 0 to 100; places None where there is no value."""

    name: str
    note: str
    told: Estimate
    low: float | None = None
    middle: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Took:
    """Another policy put in force, in words."""

    told: PolicySwitch
    words: str
    who: str
    ago: str | None


@dataclass(frozen=True)
class PolicyPage:
    """`end` is the right end of the line that the rows are drawn on. `caution` is why a switch needs a yes,
    None when the trial admits it; `decides` whether who looks may switch.
    """

    template: ClassVar[str] = "models/policy.html"
    frame: Frame
    force: InForce
    against: str
    title: str
    words: str
    told: Comparison
    rows: tuple[Row, ...]
    end: float | None
    gate: Gate
    days: tuple[int, int]
    caution: str | None
    decides: bool
    switches: tuple[Took, ...]


@router.get("/models/policies/{account_id}/{against}")
def policy_page(
    account_id: str, against: str, request: Request, stage: Stage, clock: Now, who: Who, tenant: Tenant
) -> Response:
    """Raises NotFoundError for an account of somebody else, and for a policy that is none."""
    now = clock.now()
    with stage.database.read() as connection:
        account = _mine(connection, account_id, against, tenant)
        wanted = replace(decisions.settings(connection, account_id), policy=against)
        told = try_policy(connection, account_id, wanted, now=now)
        force, took = _force(connection, account, now), _took(connection, account_id, now)
    rows, end = rows_of(told)
    page = PolicyPage(
        frame=frame_of(request, f"Try another policy in {account.name}", "models"),
        force=force,
        against=against,
        title=POLICIES[against][0],
        words=POLICIES[against][1],
        told=told,
        rows=rows,
        end=end,
        gate=Gate(),
        days=(LOOK_BACK, MATURE_DAYS),
        caution=caution(told),
        decides=who.sees_all,
        switches=took,
    )
    return respond(page)


@router.post("/models/policies/{account_id}/{against}")
def switch_policy(
    account_id: str,
    against: str,
    request: Request,
    stage: Stage,
    clock: Now,
    who: Decider,
    tenant: Tenant,
    form: Form,
) -> Response:
    """Let it decide from the next round on. Raises ConflictError when the policy is another than the page
    showed, or when the trial does not admit it and nobody said yes.
    """
    reason = form.one("reason")[:500]
    if not reason:
        raise InputError("Say in a few words why.", why="Whoever looks at it later has to know.")
    with stage.database.read() as connection:
        _mine(connection, account_id, against, tenant)
        settings = decisions.settings(connection, account_id)
    if settings.policy != form.one("expected"):
        raise ConflictError("The policy has changed since you looked.", fix="Reload the page and look again.")
    set_decisions(
        stage.database.read,
        stage.begin,
        account_id,
        replace(settings, policy=against),
        who=who.user_id,
        now=clock.now(),
        new_id=new_id,
        reason=reason,
        yes=form.has("yes"),
    )
    return lead_to(request, "/models")


def in_force(connection: Connection, tenant: str, now: datetime) -> tuple[InForce, ...]:
    """Every account of a tenant."""
    return tuple(_force(connection, one, now) for one in accounts(connection, tenant_id=tenant))


def rows_of(told: Comparison) -> tuple[tuple[Row, ...], float | None]:
    """What was done and the candidate by both estimates, on one line from 0 to a tenth beyond the highest."""
    named = (
        ("As it was decided", "what the money really earned", told.logged),
        ("The candidate", "weighted days, self-normalised", told.snips),
        ("The candidate, plain", "weighted days, not normalised: unbiased, less steady", told.ips),
    )
    ends = [one.high for *_, one in named if one.high is not None]
    end = 1.1 * max(ends) if ends and max(ends) > 0 else None
    return tuple(_row(name, note, one, end) for name, note, one in named), end


def _mine(connection: Connection, account_id: str, against: str, tenant: str) -> AdAccount:
    if against not in NAMES:
        raise NotFoundError(f"There is no policy '{against}'.", fix=f"Try one of: {', '.join(NAMES)}.")
    account = account_of(connection, account_id)
    if account.tenant_id != tenant:
        raise NotFoundError(f"There is no account '{account_id}' here.", fix="Look at the accounts.")
    return account


def _took(connection: Connection, account_id: str, now: datetime) -> tuple[Took, ...]:
    people = names_of(connection)
    return tuple(
        Took(
            told=one,
            words=f"{_titled(one.to_policy)} in the place of {_titled(one.from_policy)}",
            who=who_words(one.who, people) or one.who,
            ago=ago_words(one.at, now),
        )
        for one in switched(connection, account_id)
    )


def _titled(policy: str) -> str:
    return POLICIES.get(policy, (policy, ""))[0]


def _row(name: str, note: str, told: Estimate, end: float | None) -> Row:
    places: Sequence[float | None] = (None, None, None)
    if end is not None and told.low is not None and told.value is not None and told.high is not None:
        places = [round(100 * one / end, 2) for one in (told.low, told.value, told.high)]
    return Row(name, note, told, *places)


def _force(connection: Connection, account: AdAccount, now: datetime) -> InForce:
    policy = decisions.settings(connection, account.account_id).policy.partition(" ")[0]
    last = decisions.last(connection, account.account_id)
    title, words = POLICIES.get(policy, (policy, ""))
    return InForce(
        account=account,
        policy=policy,
        title=title,
        words=words,
        last=last,
        ago=None if last is None else ago_words(last.at, now),
        sample=is_sample(account),
        others=tuple((name, POLICIES[name][0]) for name in NAMES if name != policy),
    )
