"""The file itself: does it decode, has it the size and the properties that players rely on."""

from collections.abc import Iterator

from kinoloop.creative.renders.records import Finding, Wanted
from kinoloop.creative.renders.rules.limits import BT709, LIMITED, LIP_SYNC_MS, MOST_STRETCH, PLAIN_PIXELS
from kinoloop.creative.renders.rules.places import scene_of
from kinoloop.media.gate.records import Measured

_AGAIN = "Render it again."


def judge_file(measured: Measured, wanted: Wanted) -> Iterator[Finding]:
    """Undecodable parts, geometry, stretching, format."""
    if not whole(measured):
        what = measured.stopped or f"{measured.damaged} packets or pictures are damaged"
        start, end = _when(measured)
        scene = None if start is None or end is None else scene_of(wanted.scenes, start, end)
        yield Finding(
            "undecodable", "blocked", f"Parts of the film do not decode: {what}.", start, end, scene, _AGAIN
        )
    yield from _geometry(measured, wanted)
    yield from _stretched(measured, wanted)
    for problem in _format(measured, wanted):
        yield Finding("wrong_format", "blocked", problem, fix=_AGAIN)


def whole(measured: Measured) -> bool:
    """Whether all of it decodes: what else is odd about a damaged film follows from the damage."""
    return not measured.damaged and measured.stopped is None


def _when(measured: Measured) -> tuple[int | None, int | None]:
    """The stretch of the damage in ms; from where reading stopped to the end."""
    times = [round(at * 1000) for at in measured.damage]
    if measured.stopped is not None:
        times.append(round(measured.duration * 1000))
    return (min(times), max(times)) if times else (None, None)


def same_size(measured: Measured, wanted: Wanted) -> bool:
    """Whether positions in pixels mean the same in both."""
    return (measured.width, measured.height) == (wanted.width, wanted.height)


def _geometry(measured: Measured, wanted: Wanted) -> Iterator[Finding]:
    if not same_size(measured, wanted) or measured.rotation:
        turned = f", turned by {measured.rotation} degrees" if measured.rotation else ""
        yield Finding(
            "wrong_geometry",
            "blocked",
            f"It is {measured.width} x {measured.height}{turned}, not {wanted.width} x {wanted.height}.",
            fix="Render this shape again.",
        )


def _stretched(measured: Measured, wanted: Wanted) -> Iterator[Finding]:
    if measured.sample_aspect != 1:
        yield Finding(
            "stretched",
            "blocked",
            f"Players stretch it: its samples are declared {measured.sample_aspect} as wide as high.",
            fix="Render with square samples.",
        )
    for one in measured.stretches:
        if one.ratio is not None and abs(one.ratio - 1) > MOST_STRETCH:
            at = round(one.at * 1000)
            yield Finding(
                "stretched",
                "blocked",
                f"The picture is {abs(one.ratio - 1):.0%} too {'wide' if one.ratio > 1 else 'high'} "
                "against its source.",
                start_ms=at,
                end_ms=at,
                scene=scene_of(wanted.scenes, at, at),
                fix="Crop or pad the source instead of stretching it.",
            )


def _format(measured: Measured, wanted: Wanted) -> Iterator[str]:
    if measured.pixel_format not in PLAIN_PIXELS:
        yield f"Its pixels are {measured.pixel_format}; many players show only yuv420p."
    if measured.colour_tags != (BT709, BT709, BT709, LIMITED):
        yield "Its colours are not tagged as BT.709 limited range, so players may show them differently."
    if measured.starts_fast is False:
        yield "Its index stands at the end, so players cannot start before all of it has arrived."
    if whole(measured) and wanted.rate is not None and measured.rate != wanted.rate:
        rate = "a varying rate" if measured.rate is None else f"{float(measured.rate):.2f} pictures a second"
        yield f"It has {rate}, not {float(wanted.rate):g}."
    apart, step = measured.sound_longer, 1000 / wanted.rate if wanted.rate else 40
    if whole(measured) and apart is not None and apart * 1000 > LIP_SYNC_MS + step:
        yield f"Its sound ends {float(apart):.2f} s after its picture."
