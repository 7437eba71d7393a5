"""The best shots first, without the same picture twice: greedy, deterministic."""

from collections.abc import Iterable
from dataclasses import dataclass

from kinoloop.footage.analysis.records import Shot
from kinoloop.footage.analysis.rules.formula import NEAR_DUPLICATE


@dataclass(frozen=True)
class Ranking:
    """`kept` in order of rank; `duplicates` maps a left-out clip id to the kept one it looks like."""

    kept: tuple[Shot, ...]
    duplicates: dict[str, str]


def rank(shots: Iterable[Shot], *, top: int | None = None, alike: float = NEAR_DUPLICATE) -> Ranking:
    """Highest composite first (unscored last, earlier first on ties); a shot like a better one is left out.

    Only vectors of the same space are compared; a shot without a vector is like no other.
    """
    kept: list[Shot] = []
    duplicates: dict[str, str] = {}
    for shot in sorted(shots, key=_order):
        twin = next((other for other in kept if _cosine(shot, other) > alike), None)
        if twin is not None:
            duplicates[shot.clip_id] = twin.clip_id
        elif top is None or len(kept) < top:
            kept.append(shot)
    return Ranking(tuple(kept), duplicates)


def _order(shot: Shot) -> tuple[bool, float, str, float, str]:
    return (
        shot.composite is None,
        -(shot.composite or 0.0),
        shot.asset_id,
        float(shot.span.start),
        shot.clip_id,
    )


def _cosine(one: Shot, other: Shot) -> float:
    if one.embedding is None or other.embedding is None or one.space != other.space:
        return -1.0
    return float(one.embedding @ other.embedding)
