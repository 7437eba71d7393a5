"""What each ad did in each step, in tables that grow both ways."""

import numpy as np
from numpy.typing import NDArray

_COUNTS = ("spend", "impressions", "clicks", "plays")
_MEASURES = ("frequency", "expected")


class Cohorts:
    """Tables of steps by ads: `spend` (minor units), `impressions`, `clicks`, `plays` (3-second views),
    `frequency` (cumulative) and, hidden, `expected` (minor units that the step's clicks are worth on
    average).
    """

    def __init__(self, ads: int) -> None:
        self.steps, self.ads = 0, ads
        self._tables: dict[str, NDArray[np.generic]] = {
            **{name: np.zeros((256, max(ads, 1)), dtype=np.int64) for name in _COUNTS},
            **{name: np.zeros((256, max(ads, 1))) for name in _MEASURES},
        }

    def __getitem__(self, name: str) -> NDArray[np.generic]:
        """A view of what was filled in so far."""
        return self._tables[name][: self.steps, : self.ads]

    def counts(self, name: str) -> NDArray[np.int64]:
        return self[name].astype(np.int64, copy=False)

    def measures(self, name: str) -> NDArray[np.float64]:
        return self[name].astype(np.float64, copy=False)

    def widen(self, ads: int) -> None:
        self.ads = ads
        self._fit()

    def add(self, row: dict[str, NDArray[np.generic]]) -> None:
        """The next step."""
        self.steps += 1
        self._fit()
        for name, values in row.items():
            self._tables[name][self.steps - 1, : self.ads] = values

    def _fit(self) -> None:
        high, wide = self._tables["spend"].shape
        if self.steps <= high and self.ads <= wide:
            return
        more_high = high * 2 if self.steps > high else 0
        more_wide = max(self.ads, wide * 2) if self.ads > wide else 0
        add = (max(more_high - high, 0), max(more_wide - wide, 0))
        self._tables = {
            name: np.pad(table, ((0, add[0]), (0, add[1]))) for name, table in self._tables.items()
        }
