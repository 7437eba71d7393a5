"""From a brief to finished versions, in the sample's house: storyboard, a yes, films."""

from dataclasses import replace
from pathlib import Path

from kinoloop.app.videos import HOUSE
from kinoloop.cli.demo.sample import Sample
from kinoloop.cli.session import follow
from kinoloop.core.errors import KinoloopError
from kinoloop.creative.briefs.reading import parse_brief, read_brief, sample_brief
from kinoloop.creative.briefs.records import Brief
from kinoloop.creative.renders.queries import variants
from kinoloop.creative.renders.records import Variant
from kinoloop.creative.storyboards.records import Storyboard
from kinoloop.creative.videos.queries import video as read_video
from kinoloop.creative.videos.records import Video
from kinoloop.media.sheet import contact_sheet

CLIENT, LENGTH = "sample", 15


def brief_of(path: Path | None, assets: tuple[str, ...]) -> Brief:
    """The person's brief, or the packaged one; three upright versions of fifteen seconds."""
    wish = parse_brief(sample_brief()) if path is None else read_brief(path)
    length = wish.duration if path is not None else LENGTH
    return replace(
        wish,
        client_id=CLIENT,
        duration=length,
        footage=assets,
        variants=3,
        shapes=("9:16",),
        visuals="own",
    )


def draft(sample: Sample, brief: Brief, *, quiet: bool) -> Video:
    """A storyboard. Raises what stopped it."""
    video = sample.app.videos.generate(brief, owner=HOUSE)
    return _waited(sample, video, quiet=quiet)


def render(sample: Sample, video: Video, *, quiet: bool) -> tuple[Variant, ...]:
    """A yes to exactly what was drafted, and its films, by label. Raises what stopped them."""
    videos = sample.app.videos
    started = videos.render(video.video_id, who=HOUSE, approve=True, sha256=videos.approval_hash(video))
    _waited(sample, started, quiet=quiet)
    with sample.app.begin() as connection:
        return tuple(sorted(variants(connection, video.video_id), key=lambda one: one.label))


def board_sheet(sample: Sample, video: Video) -> Path | None:
    """The storyboard's panels on one picture."""
    board: Storyboard | None = video.storyboard
    pictures = [
        (sample.app.blobs.path(panel.image), f"{panel.number}. {panel.line[:44]}")
        for panel in (board.panels if board else ())
        if panel.image
    ]
    if not pictures:
        return None
    out = sample.app.blobs.storyboard(video.video_id, "storyboard.jpg")
    contact_sheet(pictures, out, title=video.name)
    return out


def _waited(sample: Sample, video: Video, *, quiet: bool) -> Video:
    ((_, end),) = follow(sample.app, [video.run_id or ""], quiet=quiet)
    if isinstance(end, KinoloopError):
        raise end
    with sample.app.begin() as connection:
        return read_video(connection, video.video_id)
