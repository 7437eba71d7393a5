"""What stood around a view: written with it, so that a round can say later where its money lived. Pure."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from kinoloop.delivery.accounts.records import AdEntity
from kinoloop.learning.decisions.records import AdPlace, Known

Json = dict[str, Any]
_ENTITY = (
    "entity_id",
    "kind",
    "parent_id",
    "campaign_id",
    "name",
    "status",
    "effective_status",
    "daily_budget",
)


def around_of(known: Known) -> Json:
    """Plain JSON: the account, the instant, the tree, and each ad's place in it."""
    return {
        "account_id": known.account_id,
        "currency": [known.currency.code, known.currency.offset],
        "at": known.at.isoformat(),
        "start": known.start.isoformat(),
        "stands": known.stands,
        "tree": [[getattr(one, name) for name in _ENTITY] for one in known.tree],
        "places": [asdict(one) for one in known.places],
        "disagreement": dict(known.disagreement),
        "notes": list(known.notes),
        "traits": [[kind, list(levels)] for kind, levels in known.traits],
    }


def tree_of(around: Mapping[str, Any]) -> tuple[AdEntity, ...]:
    """The tree as it stood then, as far as it was kept."""
    account_id = around["account_id"]
    return tuple(
        AdEntity(**dict(zip(_ENTITY, told, strict=True)), account_id=account_id) for told in around["tree"]
    )


def places_of(around: Mapping[str, Any]) -> tuple[AdPlace, ...]:
    return tuple(AdPlace(**told) for told in around["places"])
