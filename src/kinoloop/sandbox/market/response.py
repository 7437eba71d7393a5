"""How the market answers: pure functions of arrays. Money in dollars, rates per impression or click."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def impressions(spend: Floats, day_part: float, per_dollar: Floats, scale: float, eta: Floats) -> Floats:
    """Expected impressions of a step's spend: concave in the daily rate, A K ((1 + b/K)^eta - 1) / eta.

    `day_part` is the share of a day's pacing in this step, so that equal pacing adds up to the daily curve.
    """
    if day_part <= 0:
        return np.zeros_like(spend)
    rate = spend / day_part
    result: Floats = day_part * per_dollar * scale * ((1 + rate / scale) ** eta - 1) / eta
    return result


def reached(shown: Floats, audience: Floats) -> Floats:
    """People reached by so many impressions spread at random over the audience: N (1 - exp(-I/N))."""
    result: Floats = -audience * np.expm1(-shown / audience)
    return result


def frequency(shown: Floats, audience: Floats) -> Floats:
    """Mean views per person reached; 1 before anything was shown."""
    people = reached(shown, audience)
    result: Floats = np.divide(shown, people, out=np.ones_like(shown), where=people > 0)
    return np.maximum(result, 1.0)


def tired(seen: Floats, powers: Floats, floors: Floats, paces: Floats) -> Floats:
    """What is left of the click rate at a mean frequency. Power law where `powers` > 0, else to a plateau."""
    by_power = seen**-powers
    by_plateau = floors + (1 - floors) * np.exp(-paces * (seen - 1))
    result: Floats = np.where(powers > 0, by_power, by_plateau)
    return result
