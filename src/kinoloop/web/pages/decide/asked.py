"""What a round asked for, each with what it is expected to bring and what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kinoloop.core.currency import Currency, Minor
from kinoloop.delivery.changes.records import Change
from kinoloop.learning.decisions.records import BudgetStep
from kinoloop.web.ads.words import NOUNS, STATES, percent_words, value_words
from kinoloop.web.pages.decide.words import share_words


@dataclass(frozen=True)
class StepLine:
    """One change that was asked for. Profit is a day, with 80 %; `worst` is lost a day if it earns nothing.

    `change` is how it stands in the queue now; without one the step's own note says why.
    """

    step: BudgetStep
    noun: str
    name: str
    before: str
    after: str
    percent: str | None
    profit: str | None
    between: str | None
    worst: str | None
    sure: str | None
    change: Change | None
    words: str | None


def step_lines(
    steps: Sequence[BudgetStep],
    money: Currency,
    changes: Mapping[str, Change],
    names: Mapping[str, str],
) -> tuple[StepLine, ...]:
    """`changes` by their id, `names` of campaigns, ad sets and ads by theirs."""
    return tuple(_line(one, money, changes.get(one.change_id or ""), names) for one in steps)


def signed_words(amount: Minor, money: Currency) -> str:
    """`+USD 26.00`, with a real minus sign below nothing."""
    sign = "\u2212" if amount < 0 else "+"
    return f"{sign}{money.show(abs(amount))}"


def _line(step: BudgetStep, money: Currency, change: Change | None, names: Mapping[str, str]) -> StepLine:
    told = step.expected
    between = None
    if told.low is not None and told.high is not None:
        between = f"{signed_words(told.low, money)} to {signed_words(told.high, money)}"
    return StepLine(
        step=step,
        noun=NOUNS[step.kind],
        name=names.get(step.entity_id) or step.entity_id,
        before=value_words(step.change_type, step.before, money),
        after=value_words(step.change_type, step.requested, money),
        percent=percent_words(step.before, step.requested),
        profit=None if told.profit is None else signed_words(told.profit, money),
        between=between,
        worst=money.show(told.worst_case) if told.worst_case else None,
        sure=share_words(step.confidence),
        change=change,
        words=None if change is None else STATES[change.state],
    )
