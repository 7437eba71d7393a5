"""What kind of wish a change is, and what the platform shows now where it wants something else."""

from kinoloop.delivery.accounts.records import AdEntity, LiveTree
from kinoloop.delivery.accounts.rules import ON
from kinoloop.delivery.guards.records import AUTO, Wish

NOUNS = {"campaign": "campaign", "adset": "ad set", "ad": "ad"}


def level_of(entity: AdEntity, change_type: str) -> int | str | None:
    """The value that a change of this type would replace: minor units, a status or a creative's id."""
    values = {
        "budget": entity.daily_budget,
        "bid": entity.bid,
        "status": entity.status,
        "creative": entity.creative_id,
    }
    return values[change_type]


def number(value: object) -> int | None:
    """The value when it is an amount."""
    return value if isinstance(value, int) else None


def pauses(change: Wish) -> bool:
    return change.change_type == "status" and change.requested != ON


def activates(change: Wish) -> bool:
    return change.change_type == "status" and change.requested == ON


def raises(change: Wish, live: LiveTree) -> bool:
    """True when it wants more money a day, or a higher bid; also when what is there now is not known."""
    wanted, now = number(change.requested), number(level_of(live.entity, change.change_type))
    return wanted is not None and (now is None or wanted > now)


def by_automation(change: Wish) -> bool:
    """True when no person said yes to it."""
    return change.approved_by in (None, AUTO)


def named(entity: AdEntity) -> str:
    """`ad set 'Spring' (123)`."""
    return f"{NOUNS[entity.kind]} '{entity.name}' ({entity.entity_id})"
