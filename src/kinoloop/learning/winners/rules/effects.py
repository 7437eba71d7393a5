"""What winners share that losers do not. Asking winners only would find what all ads have.

For each level of each trait a two by two table: winners and losers with it and without it. Fisher's exact
test gives p, Benjamini and Hochberg (1995) control the share of false ones among those said to matter; the
log odds ratio is shrunk towards zero by a normal prior. Ads of one film with the same traits are one voice.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kinoloop.core.text import plural
from kinoloop.learning.winners.records import TRAITS, Dna, DnaReport, Effect, Verdict, WinnerSettings
from kinoloop.learning.winners.rules.posteriors import EIGHTY


@dataclass(frozen=True)
class Voice:
    """What one film with these traits says: it won, or it lost."""

    traits: Mapping[str, str | None]
    won: bool


@dataclass(frozen=True)
class _Table:
    trait: str
    level: str
    won: int
    lost: int
    others_won: int
    others_lost: int


def voices(dna: Iterable[Dna], verdicts: Mapping[str, Verdict]) -> tuple[Voice, ...]:
    """One voice per film and traits; where its ads disagree it has none."""
    heard: dict[tuple[str, tuple[tuple[str, str | None], ...]], set[Verdict]] = defaultdict(set)
    for one in dna:
        verdict = verdicts.get(one.ad_id)
        if verdict in ("winner", "loser"):
            heard[one.video_id, tuple((name, one.traits.get(name)) for name in TRAITS)].add(verdict)
    return tuple(
        Voice(dict(traits), "winner" in said)
        for (_, traits), said in sorted(heard.items(), key=str)
        if len(said) == 1
    )


def learn(heard: Sequence[Voice], settings: WinnerSettings) -> DnaReport:
    """The effects of all levels that enough ads have; of traits with too little, only why not."""
    won = sum(one.won for one in heard)
    tables, abstained = list[_Table](), dict[str, str]()
    for trait in TRAITS:
        known = [one for one in heard if one.traits.get(trait) is not None]
        why = _too_little(known, settings)
        if why:
            abstained[trait] = why
        else:
            tables += _tables(trait, known, settings.least_level)
    p = np.array([_p_value(table) for table in tables])
    pairs = zip(tables, p, benjamini_hochberg(p), strict=True)
    effects = [_effect(table, float(p), float(q), settings) for table, p, q in pairs]
    effects.sort(key=lambda one: (one.q, -abs(one.effect), one.trait, one.level))
    return DnaReport(won, len(heard) - won, tuple(effects), abstained)


def benjamini_hochberg(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Adjusted p-values (n,): rejecting those up to q keeps the expected share of false ones below q."""
    count = len(p)
    order = np.argsort(p)[::-1]
    scaled = p[order] * count / np.arange(count, 0, -1)
    q = np.empty(count)
    q[order] = np.minimum(np.minimum.accumulate(scaled), 1.0) if count else scaled
    return q


def _too_little(known: Sequence[Voice], settings: WinnerSettings) -> str:
    won = sum(one.won for one in known)
    if len(known) < settings.least_compared or min(won, len(known) - won) < settings.least_level:
        return (
            f"{plural(won, 'winner')} and {plural(len(known) - won, 'loser')} are known; "
            f"{settings.least_compared} in all and {settings.least_level} of each are needed."
        )
    return ""


def _tables(trait: str, known: Sequence[Voice], least: int) -> list[_Table]:
    won, made = sum(one.won for one in known), []
    for level in sorted({str(one.traits[trait]) for one in known}):
        having = [one for one in known if one.traits[trait] == level]
        if least <= len(having) <= len(known) - least:
            own = sum(one.won for one in having)
            lost = len(having) - own
            made.append(_Table(trait, level, own, lost, won - own, len(known) - won - lost))
    return made


def _p_value(table: _Table) -> float:
    from scipy.stats import fisher_exact  # it takes longer to load than the rest of the house together

    rows = [[table.won, table.lost], [table.others_won, table.others_lost]]
    return float(fisher_exact(np.array(rows)).pvalue)


def _effect(table: _Table, p: float, q: float, settings: WinnerSettings) -> Effect:
    """Haldane's log odds ratio (a half added to each cell) and its variance, shrunk by N(0, effect_sd)."""
    cells = np.array([table.won, table.lost, table.others_won, table.others_lost]) + 0.5
    raw = float(np.log(cells[0] * cells[3] / (cells[1] * cells[2])))
    var = float((1 / cells).sum())
    kept = settings.effect_sd**2 / (settings.effect_sd**2 + var)
    reach = EIGHTY * float(np.sqrt(kept * var))
    mean = kept * raw
    return Effect(
        trait=table.trait,
        level=table.level,
        won=table.won,
        lost=table.lost,
        others_won=table.others_won,
        others_lost=table.others_lost,
        effect=mean,
        low=mean - reach,
        high=mean + reach,
        p=p,
        q=q,
        found=q <= settings.false_discovery,
    )
