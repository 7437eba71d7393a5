"""One step from the ads it concerns: its sentence, what it is expected to bring, how sure that is. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from kinoloop.core.currency import Minor
from kinoloop.delivery.accounts.records import Kind
from kinoloop.learning.bandit.records import AdDecision, Standing
from kinoloop.learning.decisions.records import AdPlace, BudgetStep, Known
from kinoloop.learning.decisions.rules.expecting import Shift, expected

ON, PAUSED = "ACTIVE", "PAUSED"


@dataclass(frozen=True)
class Row:
    """An ad with its place, what was decided, and how far attribution models disagree about it (0 to 1)."""

    place: AdPlace
    told: AdDecision
    stood: Standing
    doubt: float

    @property
    def runs(self) -> bool:
        """From now on."""
        return self.told.standing == "running"

    @property
    def ran(self) -> bool:
        return self.stood == "running"


@dataclass(frozen=True)
class Effect:
    """What a step does to money a day: how each ad's moves, what more is spent, what of it is at risk."""

    words: str
    shifts: Sequence[Shift]
    spent: Minor
    risked: Minor = 0


def switch(
    known: Known, entity_id: str, kind: Kind, status: str, group: Sequence[Row], effect: Effect
) -> BudgetStep:
    """Switch an ad or an ad set on or off."""
    return BudgetStep(
        entity_id=entity_id,
        kind=kind,
        change_type="status",
        before=PAUSED if status == ON else ON,
        requested=status,
        reason=reason(group),
        expected=expected(effect.shifts, known.view.launch, effect.words, effect.spent, effect.risked),
        confidence=confidence(group, rising=status == ON),
        ad_ids=tuple(row.place.ad_id for row in group),
    )


def reason(group: Sequence[Row]) -> str:
    """Of one ad its sentence; of several that of the one whose money moves most, by its name."""
    first = max(group, key=lambda row: (abs(row.told.budget - row.told.before), row.place.ad_id))
    if len(group) == 1:
        return first.told.reason
    return f"{len(group)} ads. {first.place.name}: {first.told.reason}"


def confidence(group: Sequence[Row], *, rising: bool) -> float | None:
    """The chance that more money goes to no losers, or that what is stopped loses money.

    None where it is not known, and for cuts of ads that are no losers: those only make room for better ones.
    """
    weights = [max(1, row.told.budget) for row in group]
    chances = [row.told.chance_loser for row in group]
    if any(one is None for one in chances):
        return None
    loser = sum(weight * (one or 0.0) for weight, one in zip(weights, chances, strict=True)) / sum(weights)
    if rising:
        return 1 - loser
    return loser if all(row.told.standing == "killed" for row in group) else None
