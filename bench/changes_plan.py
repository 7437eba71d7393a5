"""What is asked for in the chaos run: ordinary wishes within the limits, and wishes that a guard must stop.

Campaigns differ by what is asked of them: `plain`; `greedy`, to pause every ad of a set; `steep`, a budget
too far at once; `crowded`, more changes than an hour allows; `busy`, the same budget again and again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from random import Random
from typing import Any, Literal

from kinoloop.delivery.accounts.records import AdEntity, GuardSettings, Mirror
from kinoloop.delivery.changes.records import ChangeType

Sort = Literal["plain", "greedy", "steep", "crowded", "busy", "shared"]
SETS, ADS, BUDGET = 3, 6, 5000
LEAST, MOST = 3000, 7000
SORTS: tuple[Sort, ...] = (
    "plain",
    "plain",
    "greedy",
    "shared",
    "plain",
    "steep",
    "crowded",
    "shared",
    "busy",
)
PER_ACCOUNT = 4
STEPS = 6
"""A busy budget is asked for so many changes, one after the other; four an hour are allowed."""
GUARDS = GuardSettings(
    cooldown_minutes=0,
    jitter_ms_min=0,
    jitter_ms_max=400,
    min_daily_budget=LEAST,
    max_daily_budget=MOST,
    daily_loss_bound=10_000_000,
)
"""As shipped, but for a short jitter, no cooldown (its hours would be waited for), and money to move."""


@dataclass(frozen=True)
class Wish:
    """One thing asked for. `exact` wishes are sent as they are, others within the fuzz."""

    account_id: str
    campaign_id: str
    entity_id: str
    kind: Literal["campaign", "adset", "ad"]
    change_type: ChangeType
    value: int | str
    sort: Sort
    exact: bool = False

    @property
    def field(self) -> str:
        """As the platform's journal calls it."""
        return {"budget": "daily_budget", "bid": "bid_amount", "status": "status"}[self.change_type]


def accounts(changes: int, seed: int) -> list[dict[str, Any]]:
    """The accounts to be opened at the sandbox for about so many wishes."""
    sorts, found, left, number = _sorts(), [], changes, 0
    while left > 0:
        number += 1
        chosen = [next(sorts) for _ in range(PER_ACCOUNT)]
        left -= sum(_size(sort) for sort in chosen)
        campaigns = [
            {"name": f"{sort} {n}", "sets": SETS, "ads_per_set": ADS, "daily_budget": BUDGET}
            | ({"shared": True} if sort == "shared" else {})
            for n, sort in enumerate(chosen, 1)
        ]
        account_id = f"act_{seed}{number:06}"
        found.append({"account_id": account_id, "setting": "small", "campaigns": campaigns})
    return found


def wishes(mirrors: Sequence[Mirror], changes: int, rng: Random) -> list[Wish]:
    """So many wishes, those of one campaign together, in a random order of campaigns.

    Those that busy ad sets are asked for later come on top.
    """
    groups = [group for seen in mirrors for group in _campaigns(seen, rng)]
    rng.shuffle(groups)
    return [wish for group in groups for wish in group][:changes]


def step(number: int) -> int:
    """The `number`-th budget (from 1) that a busy ad set is asked for."""
    return BUDGET + 50 * number


def _campaigns(seen: Mirror, rng: Random) -> Iterator[list[Wish]]:
    for campaign in seen.entities:
        if campaign.kind == "campaign":
            sort: Any = campaign.name.split()[0]
            found = list(_wishes(seen.entities, campaign, sort, rng))
            rng.shuffle(found)
            yield found


def _wishes(entities: Sequence[AdEntity], campaign: AdEntity, sort: Sort, rng: Random) -> Iterator[Wish]:
    def made(entity: AdEntity, change_type: ChangeType, value: int | str, *, exact: bool = False) -> Wish:
        here = (campaign.account_id, campaign.entity_id, entity.entity_id, entity.kind)
        return Wish(*here, change_type, value, sort, exact)

    if sort == "shared":
        yield made(campaign, "budget", _budget(rng))
    for place, adset in enumerate(each for each in entities if each.parent_id == campaign.entity_id):
        if sort == "busy":
            yield made(adset, "budget", step(1), exact=True)
        elif sort != "shared":
            steep = sort == "steep" and place == 0
            low = sort == "steep" and place == 1
            yield made(adset, "budget", 6500 if steep else LEAST - 500 if low else _budget(rng))
        ads = [each for each in entities if each.parent_id == adset.entity_id]
        for ad in ads[: _pauses(sort, place)]:
            yield made(ad, "status", "PAUSED")


def _budget(rng: Random) -> int:
    """Up to 15 % either way: with the fuzz still within the velocity."""
    return BUDGET + rng.choice((-1, 1)) * rng.randrange(200, 750)


def _pauses(sort: Sort, place: int) -> int:
    if sort == "busy":
        return 0
    if sort == "crowded":
        return ADS - 1
    return ADS if sort == "greedy" and place == 0 else 3


def _size(sort: Sort) -> int:
    own = sum(_pauses(sort, place) for place in range(SETS))
    return own + (1 if sort == "shared" else SETS)


def _sorts() -> Iterator[Sort]:
    return (SORTS[n % len(SORTS)] for n in count())
