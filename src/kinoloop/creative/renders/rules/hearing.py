"""Missing, silent, clipped and wrongly levelled sound."""

from collections.abc import Iterator

from kinoloop.creative.renders.records import Finding, Wanted
from kinoloop.creative.renders.rules.limits import HIGHEST_PEAK, LOUDNESS_OFF
from kinoloop.creative.renders.rules.places import ms, pieces, scene_of, seconds
from kinoloop.media.gate.records import Measured


def judge_sound(measured: Measured, wanted: Wanted) -> Iterator[Finding]:
    """Nothing for a film that is meant to be without sound."""
    if not wanted.has_sound:
        return
    if not measured.has_sound:
        yield Finding("no_sound", "blocked", "The film has no sound.", fix="Render it with voice or music.")
        return
    yield from _silent(measured, wanted)
    clips = list(_clipped(measured, wanted))
    yield from clips or _level(measured, wanted)


def _silent(measured: Measured, wanted: Wanted) -> Iterator[Finding]:
    for span in measured.silent:
        if span.duration * 1000 < wanted.longest_quiet_ms:
            continue
        for scene, start, end in pieces(wanted, *ms(span)):
            yield Finding(
                "silent",
                "blocked",
                f"Nothing is heard from {seconds(start)} to {seconds(end)}.",
                start_ms=start,
                end_ms=end,
                scene=scene,
                fix="Put music under it, or make the scene shorter.",
            )


def _clipped(measured: Measured, wanted: Wanted) -> Iterator[Finding]:
    for span in measured.clipped:
        start, end = ms(span)
        yield Finding(
            "clipped",
            "blocked",
            f"The sound is clipped from {seconds(start)} to {seconds(end)}.",
            start_ms=start,
            end_ms=end,
            scene=scene_of(wanted.scenes, start, end),
            fix="Lower what is heard there and render again.",
        )


def _level(measured: Measured, wanted: Wanted) -> Iterator[Finding]:
    """The whole film's loudness; clipping explains a wrong one."""
    loud, peak = measured.integrated, measured.true_peak
    if wanted.lufs is not None and loud is not None and abs(loud - wanted.lufs) > LOUDNESS_OFF:
        yield Finding(
            "loudness",
            "blocked",
            f"It is too {'loud' if loud > wanted.lufs else 'quiet'}: {loud:.1f} LUFS, not {wanted.lufs:g}.",
            fix="Render it again with its sound levelled.",
        )
    if peak is not None and peak > HIGHEST_PEAK + 0.05:
        yield Finding(
            "loudness",
            "degraded",
            f"Its peaks reach {peak:.1f} dBTP; {HIGHEST_PEAK:g} is the most that survives another encoding.",
            fix="Render it again with its peaks limited.",
        )
