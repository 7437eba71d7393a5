"""A title of a wanted length, joined from whole pieces of the brief."""

from collections.abc import Iterator, Sequence
from itertools import permutations

from kinoloop.creative.writing.material import Material


def title_of(material: Material, chars: tuple[int, int]) -> str:
    """The first joining of whole pieces that has `chars` (least, most) characters.

    Where none has, the longest that is not too long; a single piece that is too long is cut at a word and
    shows it by three dots.
    """
    low, high = chars
    pieces = _pieces(material)
    best = ""
    for title in _joined(pieces):
        if low <= len(title) <= high:
            return title
        if len(best) < len(title) < low:
            best = title
    return best if best and len(best) >= low else _cut(pieces, low, high) or best


def _pieces(material: Material) -> Sequence[str]:
    parts = (
        material.name,
        material.what,
        material.problem,
        *material.messages,
        *material.facts,
        material.offer,
    )
    whole = (part.rstrip(".") for part in (*parts, material.audience))
    return tuple(dict.fromkeys(part[:1].upper() + part[1:] for part in whole if part))[:12]


def _joined(pieces: Sequence[str]) -> Iterator[str]:
    """One piece, then the first with each other, then any two, then any three."""
    yield from pieces
    yield from (f"{pieces[0]}: {piece}" for piece in pieces[1:])
    yield from (f"{first} - {second}" for first, second in permutations(pieces, 2))
    yield from (f"{first}: {second} - {third}" for first, second, third in permutations(pieces, 3))


def _cut(pieces: Sequence[str], low: int, high: int) -> str:
    for title in _joined(pieces):
        if len(title) > high:
            shown = title[: high - 3].rsplit(" ", 1)[0].rstrip(",;:- ") + "..."
            if len(shown) >= low:
                return shown
    return ""
