"""Finished films side by side: one row per shape, one player per version, what differs and what was found."""

from collections.abc import Sequence
from dataclasses import dataclass

from kinoloop.creative.renders.records import Variant
from kinoloop.creative.scripts.records import Script
from kinoloop.creative.videos.records import Video
from kinoloop.web.api.v2.speak import Known, here

STAND = {"9:16": "tall", "1:1": "square", "16:9": "wide"}


@dataclass(frozen=True)
class Film:
    """One player. `differs` says in what from the master, in the words that are said or shown."""

    variant: Variant
    differs: str
    url: str
    poster: str | None
    captions: str | None
    downloads: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ShapeRow:
    """All versions in one shape; `stand` is tall, square or wide."""

    shape: str
    stand: str
    films: tuple[Film, ...]


def shape_rows(told: Known) -> tuple[ShapeRow, ...]:
    """By shape in the order of the brief, versions by their letter."""
    order = list(dict.fromkeys((*told.video.brief.shapes, *(one.shape for one in told.variants))))
    rows = (ShapeRow(shape, STAND[shape], _films(told, shape)) for shape in order)
    return tuple(row for row in rows if row.films)


def _films(told: Known, shape: str) -> tuple[Film, ...]:
    fitting = sorted((one for one in told.variants if one.shape == shape), key=lambda one: one.label)
    return tuple(film_of(told.video, one) for one in fitting)


def film_of(video: Video, one: Variant) -> Film:
    """One film as it is shown: its player, its files, what differs."""
    place, which = here(video.video_id), f"variant={one.variant_id}&v={one.sha256[:12]}"
    return Film(
        variant=one,
        differs=differs(video.script, one.element),
        url=f"{place}/data?{which}",
        poster=f"{place}/thumbnail?{which}" if one.thumbnail_path else None,
        captions=f"{place}/captions?{which}&kind=vtt" if one.vtt_path else None,
        downloads=tuple(_downloads(place, which, video.brief.exports, one)),
    )


def differs(script: Script | None, element: str) -> str:
    """What a version says or shows instead, as far as the script tells it."""
    if element == "hook" and script and script.other_hooks:
        return f"Opens with \u201c{script.other_hooks[0]}\u201d"
    if element == "cta" and script and script.other_ctas:
        return f"Ends with \u201c{script.other_ctas[0]}\u201d"
    if element == "opening":
        return "Opens with another shot"
    return "Exactly the storyboard"


def _downloads(place: str, which: str, kinds: Sequence[str], one: Variant) -> list[tuple[str, str]]:
    found = [("MP4", f"{place}/data?{which}&download=true")]
    found += [(kind.upper(), f"{place}/export?{which}&format={kind}") for kind in kinds if kind != "mp4"]
    found.append(("MP4, small", f"{place}/export?{which}&format=mp4&quality=low"))
    for kind, path in (("srt", one.srt_path), ("vtt", one.vtt_path)):
        if path:
            found.append((f".{kind}", f"{place}/captions?{which}&kind={kind}&download=true"))
    return found
