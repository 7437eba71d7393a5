"""From a round to the changes it asks for, in the order in which they should be asked for. Pure.

Nothing is asked for in an account whose changes are off or stopped, without any evidence, or for an ad that
shows something nobody approved; a note says so.
"""

from collections.abc import Iterator

from kinoloop.delivery.accounts.records import AdAccount
from kinoloop.learning.bandit.records import Round
from kinoloop.learning.decisions.records import BudgetStep, Known
from kinoloop.learning.decisions.rules.making import PAUSED, Row
from kinoloop.learning.decisions.rules.moving import Limits, moved
from kinoloop.learning.decisions.rules.naming import in_words
from kinoloop.learning.decisions.rules.switching import switches


def steps(known: Known, told: Round, limits: Limits) -> tuple[tuple[BudgetStep, ...], tuple[str, ...]]:
    """The steps, those that save money first, and notes on what is none."""
    why_none = tuple(reasons_for_none(known, told, limits.account))
    if why_none:
        return (), why_none
    rows = _rows(known, in_words(known, told))
    budgets = (moved(known, owner, rows, limits) for owner in known.owners)
    wanted = [*switches(known, rows), *(step for step in budgets if step is not None)]
    held = {step: ads for step in wanted if (ads := _drifted(known, step))}
    notes = (_held_note(held),) if held else ()
    return tuple(sorted((step for step in wanted if step not in held), key=_order)), notes


def reasons_for_none(known: Known, told: Round, account: AdAccount) -> Iterator[str]:
    """Why nothing at all is asked for; none when something may be."""
    if account.authority == "off":
        yield f"Changes to {account.name} are switched off, so nothing is proposed."
    if account.killed_at is not None:
        yield f"{account.killed_by} stopped all changes to {account.name}, so nothing is proposed."
    judged = [one for one in told.decisions if one.standing != "off"]
    if not len(known.view.outcomes):
        yield "No lead and no sale is known yet: no evidence to move money."
    elif judged and all(one.word == "not_enough_data" for one in judged):
        days = [one.wait_days for one in judged if one.wait_days is not None]
        ahead = f" The first answer is about {min(days):.0f} days away." if days else ""
        yield f"No ad has enough data: no evidence to move money.{ahead}"


def _rows(known: Known, told: Round) -> tuple[Row, ...]:
    """The ads that something may be done with."""
    doubts = known.disagreement
    stood = known.view.standing
    return tuple(
        Row(place, one, before, doubts.get(place.ad_id, 0.0))
        for place, one, before in zip(known.places, told.decisions, stood, strict=True)
        if before != "off"
    )


def _drifted(known: Known, step: BudgetStep) -> frozenset[str]:
    """The ads under a step's entity that show something nobody approved."""
    return frozenset(
        one.ad_id
        for one in known.places
        if one.ad_id in known.drifted and step.entity_id in (one.ad_id, one.set_id, one.campaign_id)
    )


def _held_note(held: dict[BudgetStep, frozenset[str]]) -> str:
    entities = ", ".join(sorted({step.entity_id for step in held}))
    ads = ", ".join(sorted(frozenset[str]().union(*held.values())))
    return f"Nothing is proposed for {entities}: ad {ads} shows something that nobody approved."


def _order(step: BudgetStep) -> tuple[int, str]:
    if step.change_type == "status":
        return (0 if step.requested == PAUSED else 3), step.entity_id
    return (1 if int(step.requested) < int(step.before) else 2), step.entity_id
