"""A learnt model as it is kept, its place (champion or challenger), and a trial between two of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Word = Literal["promote", "reject", "continue"]
What = Literal["first", "promoted", "rolled_back"]


@dataclass(frozen=True)
class Learnt:
    """A model to be kept: its bytes, the days it was learnt from (inclusive), how many rows, how good."""

    model_name: str
    artifact: bytes
    learnt_from: date
    learnt_until: date
    rows: int
    metrics: Mapping[str, Any]


@dataclass(frozen=True)
class Model:
    """A model in the registry. `sha256` is of its bytes, which `queries.artifact` gives."""

    model_id: str
    model_name: str
    version: str
    sha256: str
    learnt_from: date
    learnt_until: date
    rows: int
    metrics: Mapping[str, Any]
    is_champion: bool
    created_at: datetime
    promoted_at: datetime | None = None


@dataclass(frozen=True)
class Promotion:
    """Who made `to_id` the champion in the place of `from_id` (None: there was none), when and why."""

    entry: int
    model_name: str
    what: What
    from_id: str | None
    to_id: str
    at: datetime
    who: str
    reason: str
    evidence: Mapping[str, Any]


@dataclass(frozen=True)
class TrialSettings:
    """When a challenger is better. `bound` holds every unit's gain by construction, never by the data.

    A process crosses at `threshold` (1 / 0.05): under no gain that happens once in twenty trials at most,
    however often somebody looks. `effect` is the gain, in its standard deviations, that the mixture expects;
    before `least` units nothing is decided. `minimum_gain` is in nats per expected click: 0.005 is about a
    thousandth of the log loss at a CTR of 1.5 %. `slope` and `ratio` are where the challenger's calibration
    slope and predicted over observed must lie.
    """

    bound: float = 2.0 * float(np.log(3.0))
    threshold: float = 20.0
    effect: float = 0.32
    least: int = 20
    minimum_gain: float = 0.005
    slope: tuple[float, float] = (0.9, 1.1)
    ratio: tuple[float, float] = (0.95, 1.05)


@dataclass(frozen=True)
class Guards:
    """How well the challenger is calibrated on the trial's own results; None where that cannot be told."""

    slope: float | None
    predicted_over_observed: float | None


@dataclass(frozen=True)
class Verdict:
    """Where a trial stands. `for_it`, `against_it` are the mSPRT's log evidence, `wealth`, `lost` the betting
    processes' (natural logs; the threshold is log 20). `mean` is the mean gain over `units`.
    """

    word: Word
    reason: str
    units: int
    mean: float | None
    for_it: float
    against_it: float
    wealth: float
    lost: float


@dataclass(frozen=True)
class Trial:
    """`closed_at` None: it goes on. `evidence` is the verdict it closed with."""

    trial_id: str
    model_name: str
    champion_id: str
    challenger_id: str
    opened_at: datetime
    closed_at: datetime | None = None
    verdict: Word | None = None
    reason: str | None = None
    evidence: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Unit:
    """One unit's gain (the champion's loss less the challenger's); `weight` is how much it rests on."""

    unit: str
    gain: float
    weight: float
    at: datetime
