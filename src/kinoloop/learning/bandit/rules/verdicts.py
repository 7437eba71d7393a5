"""Verdicts from belief: who is a loser, who is outcompeted, and who may not be judged yet.

Everything here can be taken back: a killed ad comes back when it looks better, a parked one when the money
elsewhere earns less. Arrays have one entry per ad; returns are logs of revenue per money.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from kinoloop.core.currency import Minor
from kinoloop.learning.bandit.records import BanditSettings, Belief, Flags, Floats, Ints, Standing, Word
from kinoloop.learning.bandit.rules.allocation import average_gain, by_name

Standings = NDArray[np.str_]
UNKNOWN_LEVEL = 1.0
"""From this variance of the account's log level on nothing absolute is said: an 80 % range is 13-fold."""


@dataclass(frozen=True)
class Case:
    """What verdicts and allocation ask of an account besides belief. Money is minor units, budgets are daily;
    `total` is to be handed out, `launch` an ad's usual first budget.
    """

    ad_ids: tuple[str, ...]
    age_days: Floats
    spend: Ints
    budgets: Ints
    standing: tuple[Standing, ...]
    total: Minor
    launch: Minor
    hours: float
    step_hours: float

    def at(self, standing: Standing) -> Flags:
        """Which ads stand so."""
        flags: Flags = np.array(self.standing, dtype="<U7") == standing
        return flags


@dataclass(frozen=True)
class Odds:
    """Chances that an ad returns less than the floor, or more than what is scaled, at a usual budget; `sd` is
    of its log return, what all ads share included. `protected` ads are in the ignorance zone. `known` is
    whether anything tells the account's level; without it the chances mean nothing.
    """

    loser: Floats
    winner: Floats
    sd: Floats
    protected: Flags
    sure: Flags
    known: bool


def zone_money(launch: Minor, settings: BanditSettings) -> float:
    """What an ad has to spend to leave the ignorance zone: where budgets are small, two days of the usual one
    (or the zone's days of it, if they are more), so that money keeps nobody inside for weeks.
    """
    return min(float(settings.zone_spend), max(settings.zone_days, 2.0) * launch)


def odds(case: Case, belief: Belief, settings: BanditSettings) -> Odds:
    """`sure` is whether enough results are in, and known well enough, to judge at all."""
    usual = np.full(len(case.ad_ids), float(case.launch))
    log_roas = belief.mu + np.log(average_gain(usual, belief.scale, belief.eta))
    sd = np.sqrt(belief.var + belief.common)
    young, cheap = case.age_days < settings.zone_days, case.spend < zone_money(case.launch, settings)
    return Odds(
        loser=ndtr((np.log(settings.floor_roas) - log_roas) / sd),
        winner=ndtr((log_roas - np.log(settings.scale_roas)) / sd),
        sd=sd,
        protected=young | cheap,
        sure=(belief.maturity >= settings.maturity) & (sd < settings.sd_cap),
        known=belief.common < UNKNOWN_LEVEL,
    )


def doomed(case: Case, found: Odds, settings: BanditSettings) -> Flags:
    """Running ads to be killed. Nothing in the ignorance zone ever is."""
    return case.at("running") & _lost(found, settings)


def _lost(found: Odds, settings: BanditSettings) -> Flags:
    lost: Flags = (found.loser >= settings.kill_chance) & found.sure & ~found.protected
    return lost


def contenders(case: Case, found: Odds, settings: BanditSettings) -> Flags:
    """Ads that the money may go to: running ones, parked ones, and killed ones that look better now."""
    again = case.at("killed") & (found.loser < settings.revive_chance)
    return (case.at("running") & ~doomed(case, found, settings)) | case.at("parked") | again


def over_chance(belief: Belief, marginal: Floats) -> Floats:
    """The chance that an ad's next unit of money earns more than the last one elsewhere (log, per draw)."""
    spread = np.sqrt(np.maximum(belief.var + marginal.var(), 1e-12))
    chance: Floats = ndtr((belief.mu - marginal.mean()) / spread)
    return chance


def stand(
    case: Case, belief: Belief, found: Odds, over: Floats, room: Ints, settings: BanditSettings
) -> tuple[Standings, Flags]:
    """How each ad stands from now on, and which ones run only because too few would be left without them.

    `room` is the most each ad may spend from now on: nothing is parked whose money could go nowhere else.
    """
    may, runs = contenders(case, found, settings), case.at("running")
    standing = np.array(case.standing, dtype="<U7")
    standing[doomed(case, found, settings)] = "killed"
    standing[may & case.at("killed")] = "parked"
    standing[may & ~runs & ~_lost(found, settings) & (over > settings.unpark_chance)] = "running"
    old = case.age_days >= settings.zone_days
    parks = (over < settings.park_chance) & (belief.maturity >= settings.maturity) & old
    spare = int(room[standing == "running"].sum()) - case.total
    rows = by_name(case.ad_ids, may & runs & parks)
    standing[_dispensable(rows, over, room, spare)] = "parked"
    kept = _kept(case, standing, found, over, settings.least_running)
    standing[kept] = "running"
    return standing, kept


def _dispensable(rows: Ints, over: Floats, room: Ints, spare: int) -> Ints:
    """The most hopeless first, as long as the others can take the money."""
    rows = rows[np.argsort(over[rows], kind="stable")]
    return rows[np.cumsum(room[rows]) <= spare]


def _kept(case: Case, standing: Standings, found: Odds, over: Floats, least: int) -> Flags:
    """Ads that have to run so that at least so many do: outcompeted ones first, then the least bad."""
    able = (case.at("running") | (standing == "parked")) & (standing != "running")
    short = least - int((standing == "running").sum())
    kept = np.zeros(len(standing), dtype=np.bool_)
    rows = by_name(case.ad_ids, able)
    if short > 0 and len(rows):
        worst_last = np.lexsort((found.loser[rows], -over[rows], standing[rows] == "killed"))
        kept[rows[worst_last[:short]]] = True
    return kept


def words(found: Odds, standing: Standings, kept: Flags, settings: BanditSettings) -> tuple[Word, ...]:
    """The verdict on each ad. Unclear is what may not be judged yet and is not clearly good either."""
    runs, clear = standing == "running", found.known & (found.loser <= 1 - settings.kill_chance)
    unclear = found.protected | (~found.sure & ~clear)
    scales = found.known & (found.winner >= settings.scale_chance) & ~found.protected
    ways: tuple[Word, ...] = ("keep", "scale", "not_enough_data", "pause")
    which = np.select([~runs, scales, unclear & (~kept | found.protected)], [3, 1, 2], 0)
    return tuple(ways[int(way)] for way in which)


def best_chance(mu: Floats, var: Floats) -> Floats:
    """The chance of each ad to have the highest return, by integration over what the highest may be.

    Independent normals; 400 cells, fewer for thousands of ads. Ads that cannot be it get exactly 0.
    """
    if not len(mu):
        return np.zeros(0)
    sd = np.sqrt(np.maximum(var, 1e-12))
    low, high = float((mu - 4 * sd).max()), float((mu + 5 * sd).max())
    rows = np.flatnonzero(mu + 5 * sd > low)
    edges = np.linspace(low, high, 1 + int(np.clip(400_000 // len(rows), 40, 400)))
    below = ndtr((edges[:, None] - mu[rows]) / sd[rows])
    below[0], below[-1] = 0.0, 1.0
    log_below = np.log(np.maximum(below, 1e-300))
    others = np.exp(log_below.sum(axis=1, keepdims=True) - log_below)
    won = (np.diff(below, axis=0) * (others[1:] + others[:-1]) / 2).sum(axis=0)
    chance = np.zeros(len(mu))
    chance[rows] = won / won.sum()
    return chance
