"""The chain of a deal as rivers of money: deal, ads, what was seen. Pure geometry in drawing units.

A river is as wide as its money; a box is at least as high as its words need. A table beside it says the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kinoloop.core.currency import Currency, Minor
from kinoloop.learning.attribution.records import Model
from kinoloop.learning.lineage.records import AdPart, Place, ScenePart, Trace
from kinoloop.web.words import span_words

WIDTH = 1100
COLUMNS = ((0, 176), (330, 270), (790, 310))
"""(left, width) of each column."""
FLOW, LEAST, GAP = 250.0, 46.0, 12.0
"""Height of all money, of the lowest box, and between boxes."""
MOST = 8
"""So many stretches have a box of their own; what is left shares one."""
LETTERS = (20, 32, 37)
PLACE_WORDS: Mapping[Place, str] = {
    "footage": "Own footage",
    "upload": "Files handed in for this ad",
    "generated": "Generated scenes",
    "card": "Text cards",
    "unknown": "Film not known",
    "nobody": "No ad known",
}


@dataclass(frozen=True)
class Box:
    """A box with two lines of words; `kind` colours it."""

    x: float
    y: float
    wide: float
    high: float
    title: str
    text: str
    kind: str


@dataclass(frozen=True)
class River:
    path: str
    kind: str
    title: str


@dataclass(frozen=True)
class Rivers:
    wide: int
    high: float
    boxes: tuple[Box, ...]
    rivers: tuple[River, ...]


@dataclass(frozen=True)
class _Stop:
    """A box before it has a place; `flows` are (from which box of the column before, money)."""

    title: str
    kind: str
    flows: tuple[tuple[int, Minor], ...]

    @property
    def money(self) -> Minor:
        return sum(money for _, money in self.flows)


def rivers_of(told: Trace, model: Model, money: Currency, names: Mapping[str, str]) -> Rivers | None:
    """None for a deal without money: nothing flows."""
    if told.sale.value <= 0:
        return None
    ads = [ad for ad in told.ads_under(model) if ad.money.under(model)]
    first = [_Stop(f"Deal {told.sale.deal_id}", "deal", ((0, told.sale.value),))]
    middle = [_Stop(names.get(ad.ad_id, ad.ad_id), "ad", ((0, ad.money.under(model)),)) for ad in ads]
    if told.rest.under(model):
        middle.append(_Stop(PLACE_WORDS["nobody"], "nobody", ((0, told.rest.under(model)),)))
    columns = (first, middle, _seen(ads, model))
    high = max(_tall(stops, told.sale.value) for stops in columns)
    placed = [_placed(n, stops, told.sale.value, high, money) for n, stops in enumerate(columns)]
    rivers = [
        river
        for number in (1, 2)
        for river in _between(
            placed[number - 1], placed[number], columns[number], COLUMNS[number][0], told.sale.value
        )
    ]
    return Rivers(WIDTH, high, tuple(box for boxes in placed for box in boxes), tuple(rivers))


def _seen(ads: Sequence[AdPart], model: Model) -> list[_Stop]:
    """What was seen, the most money first; small stretches together, other things by kind."""
    flows: dict[tuple[str, str, str], list[tuple[int, Minor]]] = {}
    for place, ad in enumerate(ads):
        for part in ad.scenes:
            flows.setdefault(_key(part), []).append((place, part.money.under(model)))
        if ad.film is None:
            unknown = flows.setdefault(("", PLACE_WORDS["unknown"], "unknown"), [])
            unknown.append((place, ad.money.under(model)))
    stops = [_Stop(title, kind, _joined(some)) for (_, title, kind), some in flows.items()]
    stops.sort(key=lambda stop: -stop.money)
    own = [stop for stop in stops if stop.kind == "footage"]
    if len(own) <= MOST:
        return stops
    small = own[MOST - 1 :]
    rest = _Stop(
        f"{len(small)} more stretches", "footage", _joined([f for stop in small for f in stop.flows])
    )
    return [stop for stop in stops if all(stop is not other for other in small)] + [rest]


def _key(part: ScenePart) -> tuple[str, str, str]:
    """Which box: the file's id (two files may have one name), its words, its kind."""
    source = part.scene.source
    if part.scene.kind != "footage" or source is None:
        return "", PLACE_WORDS[part.scene.kind], part.scene.kind
    place = span_words(source.in_ms, source.out_ms)
    title = f"{_short(source.filename, LETTERS[2] - len(place) - 1)} {place}"
    return source.asset_id, title, "footage"


def _joined(flows: Sequence[tuple[int, Minor]]) -> tuple[tuple[int, Minor], ...]:
    held: dict[int, Minor] = {}
    for place, money in flows:
        held[place] = held.get(place, 0) + money
    return tuple(sorted(held.items()))


def _tall(stops: Sequence[_Stop], value: Minor) -> float:
    return sum(_high(stop, value) for stop in stops) + GAP * max(0, len(stops) - 1)


def _high(stop: _Stop, value: Minor) -> float:
    return max(LEAST, FLOW * stop.money / value)


def _placed(number: int, stops: Sequence[_Stop], value: Minor, high: float, money: Currency) -> list[Box]:
    (x, wide), boxes = COLUMNS[number], list[Box]()
    y = (high - _tall(stops, value)) / 2
    for stop in stops:
        text = money.show(stop.money) + (f", {_percent(stop.money, value)}" if number else "")
        tall = _high(stop, value)
        title = _short(stop.title, LETTERS[number])
        boxes.append(Box(x, round(y, 1), wide, round(tall, 1), title, text, stop.kind))
        y += tall + GAP
    return boxes


def _between(
    left: Sequence[Box], right: Sequence[Box], stops: Sequence[_Stop], x: float, value: Minor
) -> list[River]:
    """A river per flow, stacked in the middle of its box at either end."""
    used, made = [0.0] * len(left), list[River]()
    out = [sum(m for stop in stops for at, m in stop.flows if at == n) for n in range(len(left))]
    for box, stop in zip(right, stops, strict=True):
        top = box.y + (box.high - FLOW * stop.money / value) / 2
        for at, money in stop.flows:
            wide, begin = FLOW * money / value, left[at]
            start = begin.y + (begin.high - FLOW * out[at] / value) / 2 + used[at]
            path = _river(begin.x + begin.wide, start, x, top, max(wide, 0.5))
            made.append(River(path, stop.kind, f"{begin.title}: {box.title}"))
            used[at] += wide
            top += wide
    return made


def _river(x: float, y: float, to_x: float, to_y: float, wide: float) -> str:
    middle = (x + to_x) / 2
    there = f"M{x:.1f} {y:.1f}C{middle:.1f} {y:.1f} {middle:.1f} {to_y:.1f} {to_x:.1f} {to_y:.1f}"
    low, to_low = y + wide, to_y + wide
    back = f"V{to_low:.1f}C{middle:.1f} {to_low:.1f} {middle:.1f} {low:.1f} {x:.1f} {low:.1f}Z"
    return there + back


def _percent(part: Minor, value: Minor) -> str:
    share = 100 * part / value
    return "under 1 %" if 0 < share < 0.5 else f"{share:.0f} %"


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
