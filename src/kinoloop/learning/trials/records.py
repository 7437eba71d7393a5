"""A log of what was tried with which probability, and what another policy would have got out of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kinoloop.core.currency import Minor
from kinoloop.learning.bandit.records import AccountView, Round

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Log:
    """A row for each thing tried, (rows,). `size` is how much was tried (one impression, money spent) and
    `reward` what all of that got. `logged` is the probability (or share of the money) that it had when it was
    tried, `target` the one that the candidate would have given it. Rows of one `cluster` hang together.
    """

    reward: Floats
    size: Floats
    logged: Floats
    target: Floats
    cluster: Ints

    def __len__(self) -> int:
        return len(self.reward)


@dataclass(frozen=True)
class Gate:
    """Below these an estimate is not given at all: effective sample size (rows), clusters, rows with any
    reward; `slack` is how far the mean weight may lie from one.
    """

    sample: float = 100.0
    clusters: int = 10
    events: int = 20
    slack: float = 0.25


@dataclass(frozen=True)
class Estimate:
    """Reward per unit of size with a 95 % interval; all three None when `reason` says why there is none.

    `sample` is the effective sample size, `mean_weight` should be near one, `events` had any reward.
    """

    value: float | None
    low: float | None
    high: float | None
    sample: float
    mean_weight: float
    rows: int
    events: int
    reason: str | None = None


@dataclass(frozen=True)
class Comparison:
    """A candidate beside what was logged. `gain` is the difference of rewards per unit of size, with its
    95 % interval. `admitted`: True when it is not shown to be worse, False when it is, None when the log
    cannot tell (then a person decides).
    """

    logged: Estimate
    ips: Estimate
    snips: Estimate
    gain: float | None
    low: float | None
    high: float | None
    admitted: bool | None
    reason: str


@dataclass(frozen=True)
class LoggedRound:
    """A decision with what was known then, and what each ad spent and earned under it (minor units)."""

    view: AccountView
    seed: int
    done: Round
    spent: Mapping[str, Minor]
    earned: Mapping[str, Minor]


@dataclass(frozen=True)
class PolicySwitch:
    """Another policy put in force. `admitted` and `told` are what its trial said; `reason` is the person's,
    and their yes where the trial alone did not admit it. `trial` has its figures.
    """

    switch_id: str
    account_id: str
    at: datetime
    who: str
    from_policy: str
    to_policy: str
    admitted: bool | None
    told: str
    reason: str
    trial: Mapping[str, Any] = field(default_factory=dict)
