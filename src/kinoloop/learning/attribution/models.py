"""How one conversion's credit is shared among the touches before it. Pure.

Shares are whole multiples of 2^-40, so that they and the rest add up to exactly one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kinoloop.learning.attribution.records import MODELS, Candidate, Credit, Model

PARTS = 1 << 40
HALF_LIFE_DAYS = 7.0
ENDS, MIDDLE = 0.4, 0.2


@dataclass(frozen=True)
class Touch:
    """One click of the person, `days` (0 or more) before the conversion."""

    click_id: str
    ad_id: str
    campaign_id: str | None
    days: float


def weights(model: Model, days: Sequence[float]) -> tuple[float, ...]:
    """Relative weights of touches, oldest first. `matched` has none of its own: it goes by probabilities."""
    count = len(days)
    if model == "first":
        return tuple(float(index == 0) for index in range(count))
    if model == "last":
        return tuple(float(index == count - 1) for index in range(count))
    if model == "time_decay":
        newest = min(days)
        return tuple(2.0 ** (-(age - newest) / HALF_LIFE_DAYS) for age in days)
    if model == "position" and count > 2:
        return (ENDS, *(MIDDLE / (count - 2) for _ in range(count - 2)), ENDS)
    return (1.0,) * count


def shared(credited: float, by: Sequence[float]) -> tuple[float, ...]:
    """`credited` (0 to 1) in parts proportional to `by`, adding up to exactly `whole(credited)`."""
    total, parts = sum(by), round(credited * PARTS)
    exact = [parts * weight / total for weight in by]
    floors = [int(part) for part in exact]
    by_rest = sorted(range(len(by)), key=lambda index: floors[index] - exact[index])
    for index in by_rest[: parts - sum(floors)]:
        floors[index] += 1
    return tuple(part / PARTS for part in floors)


def whole(part: float) -> float:
    """The nearest multiple of 2^-40."""
    return round(part * PARTS) / PARTS


def credits_of(
    conversion_id: str, touches: Sequence[Touch], candidates: Sequence[Candidate], credited: float
) -> tuple[Credit, ...]:
    """Every model's credits: `credited` of the conversion in all, under each model.

    `touches`: the person's known clicks in any order; `candidates`: the clicks found, with probabilities.
    """
    ordered = sorted(touches, key=lambda touch: (-touch.days, touch.click_id))
    found: list[Credit] = []
    for model in MODELS:
        if model == "matched":
            places: Sequence[Touch | Candidate] = candidates
            by: Sequence[float] = [candidate.probability for candidate in candidates]
        elif not ordered:
            continue
        else:
            places, by = ordered, weights(model, [touch.days for touch in ordered])
        parts = shared(credited, by) if places else ()
        found += [
            Credit(conversion_id, place.click_id, place.ad_id, place.campaign_id, model, part)
            for place, part in zip(places, parts, strict=True)
            if part > 0
        ]
    return tuple(found)


def unattributed(given: Sequence[Credit]) -> Mapping[Model, float]:
    """What is left of one conversion under each model."""
    return {model: 1.0 - sum(one.share for one in given if one.model == model) for model in MODELS}
