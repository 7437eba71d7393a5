"""Where the public data sets lie: KINOLOOP_REAL_DATA, or `shared/data` beside the project. Never in it."""

import csv
import os
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
BROKEN_WEEKS = (201325, 201401)
"""Weeks in which Upworthy's randomisation did not work."""
LEAST_SHOWN = 500


def folder() -> Path:
    """Raises FileNotFoundError that says where it was looked for."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    found = Path(os.environ.get("KINOLOOP_REAL_DATA", beside))
    if not found.is_dir():
        raise FileNotFoundError(f"the public data is not at {found}; set KINOLOOP_REAL_DATA")
    return found


@dataclass(frozen=True)
class Headlines:
    """Upworthy's packages, a place each: number of the test, week, headline, impressions and clicks."""

    test: Ints
    week: Ints
    headline: tuple[str, ...]
    shown: Ints
    clicks: Ints

    def where(self, keep: NDArray[np.bool_]) -> "Headlines":
        words = tuple(word for word, kept in zip(self.headline, keep, strict=True) if kept)
        return Headlines(self.test[keep], self.week[keep], words, self.shown[keep], self.clicks[keep])


def headlines() -> Headlines:
    """Without the broken weeks and what was shown less than 500 times."""
    parquet = import_module("pyarrow.parquet")
    names = ["clickability_test_id", "headline", "impressions", "clicks", "test_week"]
    table = parquet.read_table(folder() / "upworthy" / "upworthy_clean.parquet", columns=names).to_pydict()
    _, test = np.unique(np.array(table["clickability_test_id"]), return_inverse=True)
    week, shown = np.array(table["test_week"]), np.array(table["impressions"])
    everything = Headlines(
        test.astype(np.int64), week, tuple(table["headline"]), shown, np.array(table["clicks"])
    )
    broken = (week >= BROKEN_WEEKS[0]) & (week <= BROKEN_WEEKS[1])
    return everything.where(~broken & (shown >= LEAST_SHOWN))


@dataclass(frozen=True)
class Shown:
    """Impressions of the Open Bandit Dataset: which item at which position, clicked or not, how likely."""

    item: Ints
    position: Ints
    click: Floats
    propensity: Floats


def shown(policy: str, campaign: str) -> Shown:
    """`policy` is random or bts, `campaign` all, men or women."""
    path = folder() / "obd" / policy / campaign / f"{campaign}.csv"
    with path.open(newline="") as file:
        rows = [
            (int(row["item_id"]), int(row["position"]), float(row["click"]), float(row["propensity_score"]))
            for row in csv.DictReader(file)
        ]
    table = np.array(rows)
    return Shown(table[:, 0].astype(np.int64), table[:, 1].astype(np.int64), table[:, 2], table[:, 3])
