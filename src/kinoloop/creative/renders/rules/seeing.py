"""Black and frozen stretches. A still or a card may stand still, and what is black is not also frozen."""

from collections.abc import Iterator
from fractions import Fraction

from kinoloop.core.timecode import Span
from kinoloop.creative.renders.records import Defect, Finding, Wanted
from kinoloop.creative.renders.rules.places import ms, pieces, seconds
from kinoloop.media.gate.picture import SHORTEST_BLACK, SHORTEST_FREEZE
from kinoloop.media.gate.records import Measured
from kinoloop.media.gate.runs import without


def judge_pictures(measured: Measured, wanted: Wanted) -> Iterator[Finding]:
    """One finding for each stretch and scene."""
    dark = [_span(scene.start_ms, scene.end_ms) for scene in wanted.scenes if scene.dark]
    still = [_span(scene.start_ms, scene.end_ms) for scene in wanted.scenes if scene.still]
    for span in without(measured.black, dark, SHORTEST_BLACK):
        yield from _named(
            "black", span, wanted, "is black", "Choose another stretch of footage for the scene."
        )
    moving = without(measured.frozen, [*measured.black, *still], SHORTEST_FREEZE)
    for span in moving:
        yield from _named("frozen", span, wanted, "stands still", "Choose another stretch of footage.")


def _named(defect: Defect, span: Span, wanted: Wanted, does: str, fix: str) -> Iterator[Finding]:
    for scene, start, end in pieces(wanted, *ms(span)):
        yield Finding(
            defect,
            "blocked",
            f"The picture {does} from {seconds(start)} to {seconds(end)}.",
            start_ms=start,
            end_ms=end,
            scene=scene,
            fix=fix,
        )


def _span(start_ms: int, end_ms: int) -> Span:
    return Span(Fraction(start_ms, 1000), Fraction(end_ms, 1000))
