"""Which stretch of own footage is seen while which line is said: the best total of fits, nothing twice.

value = 1.0 match + 0.3 quality - 0.2 share reached for outside the shot, and for the first line + 0.5 hook
strength + 0.4 likeness to openings that won. Without words in common a stretch may still stand in, where
`strict` does not forbid it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from kinoloop.creative.scripts.records import Line
from kinoloop.creative.storyboards.assignment import NEVER, best_assignment
from kinoloop.creative.storyboards.candidates import Candidate
from kinoloop.creative.storyboards.windows import Stretch, Window, window_of

FIT, QUALITY, HOOK, REACH, WON = 1.0, 0.3, 0.5, 0.2, 0.4
STANDS_IN = 0.01
"""What any picture is worth above none."""


@dataclass(frozen=True)
class Bound:
    """A line's footage: the stretch it comes from and the part that is shown."""

    candidate: Candidate
    window: Window


def match_lines(
    lines: Sequence[Line], candidates: Sequence[Candidate], *, strict: Collection[int] = ()
) -> dict[int, Bound]:
    """Footage by line number; lines without any are left out. `strict` lines take only what fits them."""
    field = _shortlist(lines, candidates, strict)
    banned: set[tuple[int, int]] = set()
    while True:
        chosen = _assigned(lines, field, strict, banned)
        bound, clashes = _placed(lines, field, chosen)
        if not clashes:
            return bound
        banned |= clashes


def next_best(line: Line, candidates: Sequence[Candidate], used: Sequence[Bound]) -> Bound | None:
    """The best footage for a line among what is not used yet; None when nothing is left."""
    keys = {bound.candidate.key for bound in used}
    left = sorted(
        (one for one in candidates if one.key not in keys), key=lambda one: (-value(line, one, None), one.key)
    )
    for candidate in left:
        window = _window(line, candidate, used)
        if window is not None:
            return Bound(candidate, window)
    return None


def value(line: Line, candidate: Candidate, window: Window | None) -> float:
    """What showing a candidate during a line is worth; what was not measured adds nothing."""
    worth = STANDS_IN + FIT * (candidate.match(line.number) or 0.0) + QUALITY * (candidate.quality or 0.0)
    if line.purpose == "hook":
        worth += HOOK * (candidate.hook or 0.0)
    if line.number in candidate.won:
        worth += WON * candidate.won[line.number].cosine
    return worth - (REACH * window.extended_ms / line.duration_ms if window else 0.0)


def _shortlist(
    lines: Sequence[Line], candidates: Sequence[Candidate], strict: Collection[int]
) -> list[Candidate]:
    """The candidates that can matter: for each line its best, twice as many as there are lines."""
    once = list({one.key: one for one in reversed(candidates)}.values())[::-1]
    kept: set[int] = set()
    for line in lines:
        worth = [_worth(line, one, strict) for one in once]
        order = sorted(range(len(once)), key=lambda n: (-worth[n], once[n].key))
        kept.update(order[: 2 * len(lines)])
    return [one for n, one in enumerate(once) if n in kept]


def _worth(line: Line, candidate: Candidate, strict: Collection[int]) -> float:
    window = window_of(candidate, line.duration_ms, opening=line.purpose == "hook")
    if window is None or (line.number in strict and not candidate.match(line.number)):
        return NEVER
    return value(line, candidate, window)


def _assigned(
    lines: Sequence[Line],
    field: Sequence[Candidate],
    strict: Collection[int],
    banned: Collection[tuple[int, int]],
) -> dict[int, int]:
    """Row to column of the best total; each line may also stay without footage, worth nothing."""
    values = np.zeros((len(lines), len(field) + len(lines)))
    for row, line in enumerate(lines):
        for column, one in enumerate(field):
            values[row, column] = NEVER if (row, column) in banned else _worth(line, one, strict)
    columns = best_assignment(values) if lines else ()
    return {row: column for row, column in enumerate(columns) if column < len(field)}


def _placed(
    lines: Sequence[Line], field: Sequence[Candidate], chosen: dict[int, int]
) -> tuple[dict[int, Bound], set[tuple[int, int]]]:
    """Windows for the chosen pairs, the worthiest first, and the pairs that found no room."""
    bound: dict[int, Bound] = {}
    clashes: set[tuple[int, int]] = set()
    order = sorted(chosen, key=lambda row: (-value(lines[row], field[chosen[row]], None), row))
    for row in order:
        candidate = field[chosen[row]]
        window = _window(lines[row], candidate, list(bound.values()))
        if window is None:
            clashes.add((row, chosen[row]))
        else:
            bound[lines[row].number] = Bound(candidate, window)
    return bound, clashes


def _window(line: Line, candidate: Candidate, used: Sequence[Bound]) -> Window | None:
    taken: list[Stretch] = [
        (bound.window.start_ms, bound.window.end_ms)
        for bound in used
        if bound.candidate.asset_id == candidate.asset_id
    ]
    return window_of(candidate, line.duration_ms, opening=line.purpose == "hook", taken=taken)
