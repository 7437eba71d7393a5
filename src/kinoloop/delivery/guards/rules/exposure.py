"""What automation may lose a day before a person must act, and the guard that bounds it, in minor units.

Each budget owner that automation raised or switched on puts at risk what it may spend above the level that a
person answers for. In a daily budget the platform may spend up to 75 % more on a single day.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from math import ceil

from kinoloop.core.currency import Minor
from kinoloop.delivery.accounts.records import AdAccount, AdEntity, LiveTree
from kinoloop.delivery.accounts.rules import ON, owners_under, standing
from kinoloop.delivery.guards.records import Block, Exposure, Owner, Span, Wish
from kinoloop.delivery.guards.rules.wishes import activates, by_automation, number, raises
from kinoloop.delivery.history.records import HistoryRow

OVERSPEND = Fraction(7, 4)
"""On a single day Meta may spend up to 75 % above an average daily budget; over a week it evens out."""


def at_risk(owner: Owner) -> Minor:
    """The most it can lose a day over what a person approved; 0 when automation never touched it."""
    over = 0 if owner.approved is None else max(0, owner.standing - owner.approved)
    return ceil(over * OVERSPEND)


def exposure_of(
    entities: Iterable[AdEntity],
    levels: Mapping[str, Minor],
    flights: Sequence[HistoryRow],
    bound: Minor,
) -> Exposure:
    """The exposure of a tree with the approved `levels` by owner and automation's changes in flight."""
    arrived = tuple(_arrived(entity, flights) for entity in entities)
    money, campaigns = standing(arrived), {one.entity_id: one.campaign_id for one in arrived}
    owners = {name: Owner(name, campaigns[name], amount, levels.get(name)) for name, amount in money.items()}
    by_entity = {name: at_risk(owner) for name, owner in owners.items() if at_risk(owner)}
    return Exposure(sum(by_entity.values()), bound, by_entity, owners, arrived)


def answered_for(levels: Mapping[str, Minor], flights: Iterable[HistoryRow]) -> dict[str, Minor]:
    """The levels with what people approved and is still on its way: a look may show it before its answer."""
    raised = dict(levels)
    for row in flights:
        lit: Mapping[str, Minor] = row.guards.get("dark", {}) if row.new_value == ON else {}
        amounts = {row.entity_id: number(row.new_value) or 0} if row.of_budget else lit
        for owner in amounts.keys() & raised.keys():
            raised[owner] = max(raised[owner], amounts[owner])
    return raised


def levels_for(change: Wish, exposure: Exposure) -> dict[str, Minor]:
    """By budget owner whose spending automation is about to lift: the level that counts as a person's.

    That is the level a person approved or, at automation's first touch, what it may spend now. What is off
    and gets switched on counts in full: from 0.
    """
    if not by_automation(change):
        return {}
    names = frozenset[str]()
    if change.change_type == "budget":
        names = frozenset({change.entity_id})
    elif activates(change) and any(one.entity_id == change.entity_id for one in exposure.entities):
        names = owners_under(change.entity_id, exposure.entities)
    owners = (exposure.owners[name] for name in sorted(names) if name in exposure.owners)
    return {owner.entity_id: _level(owner, switched=activates(change)) for owner in owners}


def used_after(change: Wish, value: int | str, exposure: Exposure) -> Minor:
    """What is at risk in all if this value arrives. What a person approves adds nothing."""
    if not by_automation(change):
        return exposure.used
    known = {name: one.approved for name, one in exposure.owners.items() if one.approved is not None}
    after = tuple(_with(one, change, value) for one in exposure.entities)
    return exposure_of(after, known | levels_for(change, exposure), (), exposure.bound).used


def loss_span(change: Wish, live: LiveTree, exposure: Exposure) -> Span:
    """The budgets that stay inside the loss bound. What a person approved and what lowers is not bounded."""
    owner = exposure.owners.get(change.entity_id)
    bounded = by_automation(change) and change.change_type == "budget" and raises(change, live)
    if not bounded or owner is None or owner.standing == 0:
        return Span()
    room = exposure.bound - (exposure.used - exposure.by_entity.get(owner.entity_id, 0))
    return Span(high=_level(owner) + max(0, int(room / OVERSPEND)))


def loss_bound(change: Wish, account: AdAccount, live: LiveTree, exposure: Exposure) -> Block | None:
    """Automation may not put more at risk than the account allows. Pausing and lowering always pass."""
    if not (activates(change) or raises(change, live)):
        return None
    after = used_after(change, change.requested, exposure)
    if after <= exposure.bound or after <= exposure.used:
        return None
    show = account.currency.show
    return Block(
        "loss_bound",
        f"Automation may put {show(exposure.bound)} a day at risk in this account; {show(exposure.used)} are "
        f"in use, and this would make it {show(after)}.",
        "Accept today's budgets, raise the daily loss bound, or have a person approve this change.",
    )


def _with(entity: AdEntity, change: Wish, value: int | str) -> AdEntity:
    if entity.entity_id != change.entity_id:
        return entity
    if change.change_type == "budget" and isinstance(value, int):
        return replace(entity, daily_budget=value)
    return replace(entity, status=str(value)) if change.change_type == "status" else entity


def _level(owner: Owner, *, switched: bool = False) -> Minor:
    if switched and owner.standing == 0:
        return 0
    return owner.standing if owner.approved is None else owner.approved


def _arrived(entity: AdEntity, flights: Sequence[HistoryRow]) -> AdEntity:
    """The entity as it stands if all that is on its way and costs more arrives."""
    for row in flights:
        new = row.new_value
        if row.entity_id == entity.entity_id and row.of_budget and entity.daily_budget is not None:
            entity = replace(entity, daily_budget=max(entity.daily_budget, number(new) or 0))
        elif row.entity_id == entity.entity_id and row.change_type == "STATUS_CHANGE" and new == ON:
            entity = replace(entity, status=ON)
    return entity
