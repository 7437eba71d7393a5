"""One deal as a page: where its money lies, the rivers, each ad with its scenes, the frames to be played."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import Connection

from kinoloop.core.clock import Clock
from kinoloop.core.currency import Currency, Minor
from kinoloop.learning.attribution.records import Model
from kinoloop.learning.lineage.records import PLACES, AdPart, Place, ScenePart, Trace
from kinoloop.learning.lineage.rules.amounts import total
from kinoloop.learning.lineage.rules.footage import own_footage, scenes_of
from kinoloop.learning.lineage.rules.tracing import why_nobody
from kinoloop.web.pages.learn.cuts import Cut, Files
from kinoloop.web.pages.learn.models import Models
from kinoloop.web.pages.learn.rivers import PLACE_WORDS, Rivers, rivers_of
from kinoloop.web.pages.money.whose import ad_names
from kinoloop.web.render import Frame
from kinoloop.web.words import ago_words, span_words


@dataclass(frozen=True)
class Slice:
    """A part of the bar under a deal's figures, in per cent of it."""

    place: Place
    label: str
    money: Minor
    x: float
    width: float


@dataclass(frozen=True)
class SceneLine:
    """A scene with its place in the film; `cut` is what it shows of own footage, if it does."""

    part: ScenePart
    place: str
    cut: Cut | None
    word: str


@dataclass(frozen=True)
class AdLine:
    """An ad of a deal; `before` is how many days before the deal's last move it was first clicked."""

    part: AdPart
    name: str
    before: float
    scenes: tuple[SceneLine, ...]


@dataclass(frozen=True)
class DealPage:
    template: ClassVar[str] = "learn/deal.html"
    frame: Frame
    currency: Currency
    models: Models
    trace: Trace
    ago: str | None
    places: Mapping[Place, Minor]
    slices: tuple[Slice, ...]
    why: str | None
    rivers: Rivers | None
    ads: tuple[AdLine, ...]
    reel: tuple[Cut, ...]
    back: Mapping[str, str]
    """The files in it by id, with their names: the way back."""


def deal_story(
    connection: Connection, clock: Clock, frame: Frame, currency: Currency, told: Trace, models: Models
) -> DealPage:
    names = ad_names(connection, (ad.ad_id for ad in told.ads))
    files = Files(connection, (source.asset_id for *_, source in scenes_of([told])))
    places = told.places(models.chosen)
    return DealPage(
        frame=frame,
        currency=currency,
        models=models,
        trace=told,
        ago=ago_words(told.sale.at, clock.now()),
        places=places,
        slices=slices_of(places, told.sale.value),
        why=why_nobody(told, models.chosen),
        rivers=rivers_of(told, models.chosen, currency, names),
        ads=tuple(_ad_line(ad, told, names, files) for ad in told.ads_under(models.chosen)),
        reel=reel_of(told, files, models.chosen),
        back={s.asset_id: s.filename for *_, s in scenes_of([told]) if files.get(s.asset_id)},
    )


def reel_of(told: Trace, files: Files, model: Model) -> tuple[Cut, ...]:
    """The stretches that earned something, ad by ad in the order of the film, each once."""
    found: dict[tuple[str, int, int], Cut] = {}
    for ad in told.ads_under(model):
        for part in ad.scenes:
            source = own_footage(part.scene)
            if source is None or not part.money.under(model):
                continue
            key = (source.asset_id, source.in_ms, source.out_ms)
            money = total([found[key].money, part.money]) if key in found else part.money
            found[key] = files.cut(source, money, part.scene.line)
    return tuple(found.values())


def slices_of(places: Mapping[Place, Minor], value: Minor) -> tuple[Slice, ...]:
    """The bar from left to right; nothing for a deal without money."""
    made, at = list[Slice](), 0.0
    for place in PLACES:
        if value > 0 and places[place]:
            width = 100 * places[place] / value
            made.append(Slice(place, PLACE_WORDS[place], places[place], round(at, 3), round(width, 3)))
            at += width
    return tuple(made)


def _ad_line(ad: AdPart, told: Trace, names: Mapping[str, str], files: Files) -> AdLine:
    before = max(0.0, (told.sale.at - ad.first_at).total_seconds() / 86_400)
    scenes = tuple(_scene_line(part, files) for part in ad.scenes)
    return AdLine(ad, names.get(ad.ad_id, ad.ad_id), before, scenes)


def _scene_line(part: ScenePart, files: Files) -> SceneLine:
    scene, source = part.scene, own_footage(part.scene)
    cut = None if source is None else files.cut(source, part.money, scene.line)
    return SceneLine(part, span_words(scene.start_ms, scene.end_ms), cut, PLACE_WORDS[scene.kind])
