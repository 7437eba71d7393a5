"""Too short, too long, and whether the hook comes in time."""

from collections.abc import Iterator

from kinoloop.creative.renders.records import Finding, Wanted
from kinoloop.creative.renders.rules.places import quoted, scene_of, seconds
from kinoloop.media.gate.records import Measured


def judge_length(measured: Measured, wanted: Wanted) -> Iterator[Finding]:
    """Against what was planned, then against what the platform takes."""
    lasts = round(measured.duration * 1000)
    off = lasts - wanted.duration_ms
    if abs(off) > wanted.tolerance_ms:
        yield _off(lasts, off, wanted)
    else:
        yield from platform_length(lasts, wanted.lengths_s, wanted.length_range_s, wanted.tolerance_ms)
    yield from _hook(wanted)


def platform_length(
    lasts_ms: int, lengths: tuple[int, ...] | None, span: tuple[int, int] | None, tolerance_ms: int = 50
) -> Iterator[Finding]:
    """`lengths` are the only ones allowed, in s; `span` the shortest and the longest."""
    allowed = [(length, length) for length in lengths or ()] or ([span] if span else [])
    if not allowed or any(a * 1000 - tolerance_ms <= lasts_ms <= b * 1000 + tolerance_ms for a, b in allowed):
        return
    words = " or ".join(f"{a} s" if a == b else f"{a} to {b} s" for a, b in allowed)
    short = lasts_ms < max(a for a, _ in allowed) * 1000
    yield Finding(
        "too_short" if short else "too_long",
        "blocked",
        f"The film lasts {seconds(lasts_ms)}; the platform takes {words}.",
        fix="Change the duration of the brief or its format.",
    )


def _off(lasts: int, off: int, wanted: Wanted) -> Finding:
    short = off < 0
    first, last = sorted((lasts, wanted.duration_ms))
    missing = "is missing" if short else "is too much"
    return Finding(
        "too_short" if short else "too_long",
        "blocked",
        f"The film lasts {seconds(lasts)}, not {seconds(wanted.duration_ms)}: {seconds(abs(off))} {missing}.",
        start_ms=first,
        end_ms=last,
        scene=scene_of(wanted.scenes, first, last),
        fix="Render it again; if it stays, look at the shot of that scene.",
    )


def _hook(wanted: Wanted) -> Iterator[Finding]:
    """The first text says the hook; it counts from when it is planned and really stands there."""
    if wanted.hook_ms is None or not wanted.texts:
        return
    first = min(wanted.texts, key=lambda text: text.start_ms)
    if first.start_ms > wanted.hook_ms:
        yield Finding(
            "late_hook",
            "blocked",
            f"The hook {quoted(first.text)} comes at {seconds(first.start_ms)}; "
            f"the platform wants it by {seconds(wanted.hook_ms)}.",
            start_ms=0,
            end_ms=first.start_ms,
            scene=scene_of(wanted.scenes, 0, first.start_ms),
            fix="Let the hook begin with the first picture.",
        )
