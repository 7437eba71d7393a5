"""What may be set for an account, and what its budgets may spend a day as the tree stands."""

from collections.abc import Iterable, Mapping

from kinoloop.core.currency import Minor
from kinoloop.core.errors import InputError
from kinoloop.delivery.accounts.records import AdEntity, GuardSettings

PLATFORM_BUDGET_RATE = 4
"""Budget changes per ad set and hour; one more and Meta blocks the budget for an hour (613/1487632)."""
ON = "ACTIVE"


def checked(guards: GuardSettings) -> GuardSettings:
    """The settings, when they make sense together. Raises InputError naming the first that does not."""
    problems = (
        (guards.rate_per_campaign < 1, "rate_per_campaign", "at least 1 change an hour"),
        (guards.rate_per_account < 1, "rate_per_account", "at least 1 change an hour"),
        (
            not 1 <= guards.budget_rate <= PLATFORM_BUDGET_RATE,
            "budget_rate",
            "1 to 4: the platform blocks an ad set after its fourth budget change in an hour",
        ),
        (not 0 < guards.velocity <= 1, "velocity", "a part above 0 and at most 1, such as 0.2"),
        (guards.velocity_hours <= 0, "velocity_hours", "more than 0 hours"),
        (guards.cooldown_minutes < 0, "cooldown_minutes", "0 minutes or more"),
        (not 0 <= guards.fuzz < 0.5, "fuzz", "a part from 0 to below 0.5, such as 0.03"),
        (not 0 <= guards.jitter_ms_min < guards.jitter_ms_max, "jitter_ms_min", "below jitter_ms_max"),
        ((guards.min_daily_budget or 0) < 0, "min_daily_budget", "0 or more"),
        (_crossed(guards), "max_daily_budget", "at least min_daily_budget"),
        (guards.daily_loss_bound < 0, "daily_loss_bound", "0 or more; 0 lets automation raise nothing"),
        (guards.min_active_ads < 0, "min_active_ads", "0 or more"),
    )
    for wrong, name, fix in problems:
        if wrong:
            raise InputError(f"{name} cannot be {getattr(guards, name)}.", fix=f"Give {fix}.")
    return guards


def standing(entities: Iterable[AdEntity]) -> dict[str, Minor]:
    """What each budget owner of a tree may spend a day: its budget, or 0 while it cannot deliver.

    A budget owner is a campaign or ad set with a daily budget. It delivers when it and all above it are on
    and, where ads below it are known, one of those is on in an ad set that is on. Unknown counts as on.
    """
    by_id = {one.entity_id: one for one in entities if one.gone_at is None}
    delivering, known = set[str](), set[str]()
    for one in by_id.values():
        if one.kind == "ad":
            above = [up.entity_id for up in _upwards(one, by_id)]
            known.update(above)
            delivering.update(above if _all_on(one, by_id) else ())
    return {
        one.entity_id: one.daily_budget
        if _all_on(one, by_id) and (one.entity_id in delivering or one.entity_id not in known)
        else 0
        for one in by_id.values()
        if one.daily_budget is not None
    }


def owners_under(entity_id: str, entities: Iterable[AdEntity]) -> frozenset[str]:
    """The budget owners whose spending a status decides: itself, the nearest above, or all below."""
    by_id = {one.entity_id: one for one in entities}
    entity = by_id[entity_id]
    for one in (entity, *_upwards(entity, by_id)):
        if one.daily_budget is not None:
            return frozenset({one.entity_id})
    return frozenset(
        one.entity_id
        for one in by_id.values()
        if one.daily_budget is not None and entity in _upwards(one, by_id)
    )


def _crossed(guards: GuardSettings) -> bool:
    low, high = guards.min_daily_budget, guards.max_daily_budget
    return high is not None and high < (low or 0)


def _all_on(entity: AdEntity, by_id: Mapping[str, AdEntity]) -> bool:
    return all(one.status == ON for one in (entity, *_upwards(entity, by_id)))


def _upwards(entity: AdEntity, by_id: Mapping[str, AdEntity]) -> list[AdEntity]:
    """What stands above it, nearest first, as far as it is known."""
    found, at = list[AdEntity](), entity
    while at.parent_id is not None and at.parent_id in by_id and len(found) < len(by_id):
        at = by_id[at.parent_id]
        found.append(at)
    return found
