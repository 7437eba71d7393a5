"""What the matcher believes before it has seen anything, and how its numbers are kept.

Levels of agreement, the best first. Place: 0 same address, 1 same /24 (/48 for IPv6), 2 same /16 (/32) and
city, 3 same /16 but another city, 4 same city elsewhere, 5 same time zone, 6 none. Device: 0 all the same,
1 another browser, 2 newer version, 3 older version, 4 another screen, 5 another system.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from kinoloop.core.errors import InputError

Levels = tuple[float, ...]
SOON_HOURS = 1.2
"""Up to here a visit is mostly the same sitting: same network, often the same app's window."""
DELAY_EDGES = (0.0, 0.25, 1.2, 6.0, 24.0, 48.0, 96.0, 168.0, 336.0, 2160.0)
"""Bounds (hours) of the bins in which the delay from click to conversion is counted."""
PLACES, DEVICES = 7, 6


@dataclass(frozen=True)
class Parameters:
    """A Fellegi-Sunter model of three classes: same device, other device, no click.

    `same_device` gives P(level | same device), the first row for conversions within SOON_HOURS, the second
    for later ones. `same_place` does so too, then again for conversions from a crowded network (a carrier's,
    an office's). `other_device` and `other_place` are for another device of the person, `other_place` with a
    second row for crowded networks. `chance_place` and `chance_device` give P(level | a stranger's click)
    where the clicks at hand say too little. `delay` is P(bin) of DELAY_EDGES.

    `clicked` is the chance that a conversion without an id had a click at all in the window. `stays` is the
    chance that it then came on the same device: for one on a computer or tablet, on a phone, on who knows
    what. `shared` is how many clicks of other people one finds at a converter's own address. `hash_stays` is
    P(equal fingerprints | same device).
    """

    version: int
    clicked: float
    stays: tuple[float, float, float]
    shared: float
    hash_stays: float
    same_language: float
    delay: Levels
    same_place: tuple[Levels, Levels, Levels, Levels]
    same_device: tuple[Levels, Levels]
    other_place: tuple[Levels, Levels]
    other_device: Levels
    chance_place: Levels
    chance_device: Levels
    fitted_at: datetime | None = None
    labelled: int = 0
    unlabelled: int = 0

    def as_json(self) -> dict[str, Any]:
        """For keeping; `read_parameters` reads it back."""
        told = asdict(self)
        return told | {"fitted_at": self.fitted_at.isoformat() if self.fitted_at else None}


PRIOR = Parameters(
    version=1,
    clicked=0.68,
    stays=(0.20, 0.90, 0.60),
    shared=0.2,
    hash_stays=0.35,
    same_language=0.98,
    delay=(0.15, 0.25, 0.10, 0.15, 0.11, 0.10, 0.07, 0.06, 0.01),
    same_place=(
        (0.90, 0.02, 0.02, 0.01, 0.03, 0.015, 0.005),
        (0.60, 0.04, 0.05, 0.04, 0.20, 0.06, 0.01),
        (0.75, 0.13, 0.01, 0.01, 0.06, 0.03, 0.01),
        (0.10, 0.25, 0.03, 0.08, 0.38, 0.13, 0.03),
    ),
    same_device=((0.55, 0.42, 0.005, 0.005, 0.01, 0.01), (0.18, 0.70, 0.08, 0.01, 0.01, 0.02)),
    other_place=(
        (0.55, 0.02, 0.04, 0.04, 0.26, 0.07, 0.02),
        (0.20, 0.04, 0.05, 0.04, 0.48, 0.16, 0.03),
    ),
    other_device=(0.005, 0.005, 0.005, 0.005, 0.03, 0.95),
    chance_place=(0.0003, 0.004, 0.02, 0.03, 0.05, 0.25, 0.6457),
    chance_device=(0.005, 0.03, 0.02, 0.02, 0.32, 0.605),
)
"""Written from how phones and networks work, not from any account's data. A fit replaces it step by step."""


def read_parameters(told: Mapping[str, Any]) -> Parameters:
    """What `as_json` wrote. Raises InputError for numbers of another version."""
    if told.get("version") != PRIOR.version:
        raise InputError(
            f"The kept matcher numbers have version {told.get('version')}, not {PRIOR.version}.",
            fix="Fit the matcher again.",
        )
    fitted = told.get("fitted_at")
    values = {name: _tuples(value) for name, value in told.items()}
    return Parameters(**values | {"fitted_at": datetime.fromisoformat(fitted) if fitted else None})


def _tuples(value: Any) -> Any:
    return tuple(_tuples(one) for one in value) if isinstance(value, list | tuple) else value
