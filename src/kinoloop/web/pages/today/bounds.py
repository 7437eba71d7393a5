"""The most that automation can lose a day in an account before a person must act; its latest decision."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from kinoloop.delivery.accounts.records import AdAccount
from kinoloop.delivery.guards.queries import exposure
from kinoloop.learning.decisions import queries
from kinoloop.learning.decisions.records import Decision
from kinoloop.web.ads.outlook import share
from kinoloop.web.ads.words import AUTHORITY, bound_sentence, who_words
from kinoloop.web.pages.ads.told import names_of
from kinoloop.web.pages.decide.samples import is_sample
from kinoloop.web.words import ago_words


@dataclass(frozen=True)
class Bound:
    """One account: money as it is shown; `share` of 100 is used. `round` is its latest decision."""

    account: AdAccount
    sample: bool
    used: str
    left: str
    bound: str
    share: float
    sentence: str
    authority: str
    killed_by: str | None
    killed_ago: str | None
    round: Decision | None
    round_ago: str | None


def bound_of(connection: Connection, account: AdAccount, now: datetime) -> Bound:
    risk, show = exposure(connection, account.account_id), account.currency.show
    decision = queries.last(connection, account.account_id)
    return Bound(
        account=account,
        sample=is_sample(account),
        used=show(risk.used),
        left=show(max(0, risk.bound - risk.used)),
        bound=show(risk.bound),
        share=share(risk.used, risk.bound),
        sentence=bound_sentence(risk.used, risk.bound, account.currency),
        authority=AUTHORITY[account.authority][0],
        killed_by=who_words(account.killed_by, names_of(connection)),
        killed_ago=ago_words(account.killed_at, now),
        round=decision,
        round_ago=None if decision is None else ago_words(decision.at, now),
    )
