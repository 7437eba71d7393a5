"""Own footage for the lines: shots of the library with what is said in them, looked up line by line."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection

from kinoloop.creative.brand.records import Brand
from kinoloop.creative.scripts.records import Line
from kinoloop.creative.storyboards.candidates import Clip, candidates_of
from kinoloop.creative.storyboards.looks import WinningLook
from kinoloop.creative.storyboards.matching import match_lines
from kinoloop.creative.storyboards.panels import footage_panel, made_panel
from kinoloop.creative.storyboards.records import Panel, Storyboard
from kinoloop.creative.storyboards.rules import bind
from kinoloop.creative.storyboards.sketches import PanelSketch
from kinoloop.creative.videos.records import Video
from kinoloop.flows.make_video.sources import clips_of
from kinoloop.footage.search.queries import by_text
from kinoloop.footage.search.records import Hit

HITS = 20


def bind_footage(
    connection: Connection,
    video: Video,
    brand: Brand,
    sketches: Sequence[PanelSketch],
    winners: Sequence[WinningLook] = (),
) -> Storyboard:
    """The storyboard of the video's script, own footage bound where the brief wants it.

    `winners` tell how films opened that won; footage like that is preferred for the first panel.
    """
    assert video.script is not None
    found = () if video.brief.visuals == "generated" else clips_of(connection, video)
    hits = (
        {
            sketch.number: _hits(connection, f"{sketch.search} {' '.join(sketch.keywords)}")
            for sketch in sketches
        }
        if found
        else {}
    )
    pool = candidates_of(sketches, found, hits, winners=winners)
    return bind(video.script, sketches, pool, video.brief, brand)


def rebind_panel(
    connection: Connection,
    video: Video,
    brand: Brand,
    panel: Panel,
    winners: Sequence[WinningLook] = (),
) -> Panel:
    """The panel with the footage that fits its words now; what other panels show is left to them."""
    assert video.storyboard is not None
    sketch = PanelSketch(
        panel.number, panel.description, f"{panel.description} {panel.line}", panel.visual_prompt
    )
    line = Line(panel.number, panel.purpose, panel.line, panel.super_text, panel.duration_ms)
    taken = {
        (other.footage.asset_id, other.footage.start_ms, other.footage.end_ms)
        for other in (
            *video.storyboard.panels,
            *((video.storyboard.opening,) if video.storyboard.opening else ()),
        )
        if other.footage is not None and other.scene_id != panel.scene_id
    }
    free = tuple(clip for clip in clips_of(connection, video) if not _meets(clip, taken))
    hits = {panel.number: _hits(connection, sketch.search)}
    strict = {panel.number} if video.brief.visuals == "both" or panel.purpose == "cta" else set()
    wanted = video.brief.visuals != "generated"
    pool = candidates_of((sketch,), free, hits, winners=winners) if wanted else ()
    bound = match_lines((line,), pool, strict=strict)
    if panel.number in bound:
        made = footage_panel(line, sketch, bound[panel.number], video.brief, brand)
    else:
        made = made_panel(line, sketch, video.brief, brand)
    return replace(made, scene_id=panel.scene_id)


def _hits(connection: Connection, search: str) -> tuple[Hit, ...]:
    return by_text(connection, search, limit=HITS) if search.strip() else ()


def _meets(clip: Clip, taken: set[tuple[str, int, int]]) -> bool:
    return any(
        clip.asset_id == asset_id and clip.start_ms < end and start < clip.end_ms
        for asset_id, start, end in taken
    )
