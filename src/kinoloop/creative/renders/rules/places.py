"""Which scene a stretch of time belongs to, and how times and texts are named to a person."""

from collections.abc import Sequence

from kinoloop.core.timecode import Span
from kinoloop.creative.renders.records import Box, Wanted, WantedScene

MOST_SHOWN = 60


def ms(span: Span) -> tuple[int, int]:
    """Whole milliseconds."""
    return round(span.start * 1000), round(span.end * 1000)


def scene_of(scenes: Sequence[WantedScene], start_ms: int, end_ms: int) -> int | None:
    """The number of the scene that shares most of the stretch; the last for what begins after it."""
    if not scenes:
        return None
    shared = [min(end_ms, scene.end_ms) - max(start_ms, scene.start_ms) for scene in scenes]
    best = max(range(len(scenes)), key=lambda place: shared[place])
    return scenes[best].number


def pieces(wanted: Wanted, start_ms: int, end_ms: int) -> list[tuple[int | None, int, int]]:
    """(scene, start, end) of a stretch, parted at the scenes' edges; parts too short to be seen stay with
    their neighbour."""
    inside = [
        (scene.number, max(start_ms, scene.start_ms), min(end_ms, scene.end_ms)) for scene in wanted.scenes
    ]
    long = [part for part in inside if part[2] - part[1] >= 250]
    if len(long) < 2:
        return [(scene_of(wanted.scenes, start_ms, end_ms), start_ms, end_ms)]
    return list(long)


def inside(box: Box, zone: Box, slack: int = 2) -> bool:
    """Whether a box lies in the zone, give or take two pixels of rounding."""
    return (
        box[0] >= zone[0] - slack
        and box[1] >= zone[1] - slack
        and box[2] <= zone[2] + slack
        and box[3] <= zone[3] + slack
    )


def seconds(milliseconds: float) -> str:
    """`2.4 s`."""
    return f"{milliseconds / 1000:.1f} s"


def quoted(text: str) -> str:
    """The text on one line, shortened, in quotation marks."""
    line = " ".join(text.split())
    return f'"{line if len(line) <= MOST_SHOWN else line[: MOST_SHOWN - 3] + "..."}"'
