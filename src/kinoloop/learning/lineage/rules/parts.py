"""Money in parts that add up to it, to the minor unit (largest remainders). Pure."""

from collections.abc import Sequence
from fractions import Fraction

from kinoloop.core.currency import Minor


def parts(amount: Minor, weights: Sequence[Fraction | int]) -> tuple[Minor, ...]:
    """`amount` (0 or more) in proportion to `weights`; what has no weight gets nothing.

    Every part is within one unit of its exact share. Without any weight there is nothing to share by: raises
    ValueError unless `amount` is 0.
    """
    total = Fraction(sum(weights))
    if total <= 0:
        if amount:
            raise ValueError(f"{amount} cannot be shared by weights that add up to {total}")
        return (0,) * len(weights)
    exact = [amount * Fraction(weight) / total for weight in weights]
    floors = [int(part) for part in exact]
    left = amount - sum(floors)
    by_rest = sorted(range(len(exact)), key=lambda place: (floors[place] - exact[place], place))
    for place in by_rest[:left]:
        floors[place] += 1
    return tuple(floors)
