"""Are the brand's colours seen where they were to be drawn?"""

from collections.abc import Iterator, Sequence

from kinoloop.creative.renders.records import Finding, Wanted, WantedScene
from kinoloop.creative.renders.rules.limits import BRAND_NEAR, BRAND_SHARE
from kinoloop.creative.renders.rules.places import quoted
from kinoloop.media.cards.colours import apart, colour_of
from kinoloop.media.gate.records import Colours, Measured


def judge_brand(measured: Measured, wanted: Wanted) -> Iterator[Finding]:
    """Only scenes drawn in the brand's colours are held to them: footage has its own."""
    if not wanted.palette:
        return
    for scene in wanted.scenes:
        shares = [brand_share(one, wanted.palette) for one in _within(measured.colours, scene)]
        if scene.branded and shares and max(shares) < BRAND_SHARE:
            yield Finding(
                "off_brand",
                "degraded",
                f"None of the brand's colours {quoted(', '.join(wanted.palette))} fills the scene.",
                start_ms=scene.start_ms,
                end_ms=scene.end_ms,
                scene=scene.number,
                fix="Draw the scene again with the brand's palette.",
            )


def brand_share(seen: Colours, palette: Sequence[str]) -> float:
    """How much of a picture is filled with colours that pass for one of the palette."""
    brand = [colour_of(text) for text in palette]
    return sum(
        share
        for colour, share in seen.shares
        if min(apart(colour_of(colour), one) for one in brand) <= BRAND_NEAR
    )


def _within(colours: Sequence[Colours], scene: WantedScene) -> list[Colours]:
    return [one for one in colours if scene.start_ms <= one.at * 1000 < scene.end_ms]
