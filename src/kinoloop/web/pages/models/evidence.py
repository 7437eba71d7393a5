"""An open trial as it stands: the evidence unit by unit, a path between two bars, and what is missing."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from sqlalchemy import Connection

from kinoloop.flows.train_predictor.tools import TrainTools
from kinoloop.learning.predictor.queries import said_since
from kinoloop.learning.predictor.rules.reliability import quality_of
from kinoloop.registry.models import queries as registry
from kinoloop.registry.models.records import Guards, Model, Trial, TrialSettings, Unit, Verdict
from kinoloop.registry.models.rules.judging import judge
from kinoloop.registry.models.rules.msprt import log_ratios
from kinoloop.web.pages.money.whose import ad_names

SETTINGS = TrialSettings()
"""What the daily training decides a trial by."""
WIDE, HIGH, MIDDLE = 600.0, 160.0, 80.0
REACH = 1.25
"""The drawing goes so far beyond the bars."""
LISTED = 50


@dataclass(frozen=True)
class Path:
    """`line`: the evidence after each unit, up for the challenger, down against it; bars at `over`, `under`.

    `least` is where units become enough to decide, None beyond the drawing.
    """

    line: str
    over: float
    under: float
    least: float | None
    wide: float = WIDE
    high: float = HIGH
    middle: float = MIDDLE


@dataclass(frozen=True)
class OpenTrial:
    """`times` is how many times as likely the units are under a gain (or a loss) than without one; `needed`
    ends the trial. `champion` and `challenger` are the two. `ends` is when it is over undecided. `names` are
    those of campaigns that the mirror knows.
    """

    trial: Trial
    champion: Model
    challenger: Model
    verdict: Verdict
    guards: Guards
    times: float
    against: float
    needed: float
    missing: int
    ends: datetime
    path: Path | None
    units: tuple[Unit, ...]
    names: Mapping[str, str]


def open_trial_of(connection: Connection, model_name: str) -> OpenTrial | None:
    """None while nobody is on trial."""
    trial = registry.open_trial(connection, model_name)
    if trial is None:
        return None
    champion, challenger = (
        registry.model(connection, one) for one in (trial.champion_id, trial.challenger_id)
    )
    units = registry.units(connection, trial.trial_id)
    gains, guards = gains_of(units), _guards(connection, challenger, trial)
    verdict = judge(gains, guards, SETTINGS)
    return OpenTrial(
        trial=trial,
        champion=champion,
        challenger=challenger,
        verdict=verdict,
        guards=guards,
        times=math.exp(min(verdict.for_it, 60.0)),
        against=math.exp(min(max(verdict.against_it, verdict.lost), 60.0)),
        needed=SETTINGS.threshold,
        missing=max(0, SETTINGS.least - len(units)),
        ends=trial.opened_at + timedelta(days=TrainTools.trial_days),
        path=path_of(gains, SETTINGS),
        units=tuple(reversed(units))[:LISTED],
        names=ad_names(connection, (one.unit for one in units[-LISTED:])),
    )


def gains_of(units: Sequence[Unit]) -> np.typing.NDArray[np.float64]:
    """(units,), in the order in which they came."""
    return np.array([one.gain for one in units], dtype=np.float64)


def path_of(gains: np.typing.NDArray[np.float64], settings: TrialSettings) -> Path | None:
    """None without a unit."""
    if not len(gains):
        return None
    bar, signed = math.log(settings.threshold), log_ratios(gains, settings.effect, settings.least)
    end = REACH * max(bar, float(np.abs(signed).max()))
    last = max(len(gains), settings.least)

    def down(value: float) -> float:
        return round(MIDDLE - (HIGH / 2) * value / end, 1)

    points = [(0.0, MIDDLE), *((round(WIDE * (n + 1) / last, 1), down(one)) for n, one in enumerate(signed))]
    return Path(
        line=" ".join(f"{x:g},{y:g}" for x, y in points),
        over=down(bar),
        under=down(-bar),
        least=round(WIDE * settings.least / last, 1),
    )


def _guards(connection: Connection, challenger: Model, trial: Trial) -> Guards:
    """How the challenger is calibrated on what the trial has seen of it, as the training will judge it."""
    told = quality_of(said_since(connection, [challenger.sha256], trial.opened_at))
    return Guards(None, None) if told is None else Guards(told.slope, told.predicted_over_observed)
