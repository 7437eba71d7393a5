"""Footage in, captioned vertical clips out: the demo's first stage."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kinoloop.app.compose import App, Intake
from kinoloop.cli import show
from kinoloop.cli.session import follow
from kinoloop.core.errors import InputError, KinoloopError
from kinoloop.flows.order import ClipOrder
from kinoloop.footage.clips.queries import clip_files
from kinoloop.footage.clips.records import ClipFile
from kinoloop.footage.intake.queries import asset as read_asset
from kinoloop.footage.moments.queries import moments
from kinoloop.media.sample import draw_sample_shoot
from kinoloop.media.sheet import contact_sheet

SAMPLE_ORDER = ClipOrder(min_duration=6, max_duration=12, max_moments=2)


@dataclass(frozen=True)
class Clips:
    """What came of the footage. `assets` are the usable files' ids."""

    assets: tuple[str, ...] = ()
    footage_seconds: float = 0.0
    moments: int = 0
    files: tuple[Path, ...] = ()
    sheet: Path | None = None

    @property
    def footage_files(self) -> int:
        return len(self.assets)


def made_clips(app: App, place: Path, *, own: bool, quiet: bool) -> Clips:
    """Take the footage in and cut its best moments. What is wrong with a file is told, and stops no other.

    Raises InputError when nothing usable is there.
    """
    taken = app.ingest([place], source="cli" if own else "sample", roots=[place])
    ends = follow(app, taken.run_ids, quiet=quiet)
    _tell_refused(taken)
    assets = tuple(dict.fromkeys(report.asset_id for report in taken.files if report.asset_id))
    assets = tuple(one for one in assets if _usable(app, one))
    order = ClipOrder() if own else SAMPLE_ORDER
    runs = [app.make_clips(asset_id=asset_id, order=order) for asset_id in assets]
    for _, end in (*ends, *follow(app, runs, quiet=quiet)):
        if isinstance(end, KinoloopError):
            show.tell_error(end, as_json=False)
    found = _cut(app, runs)
    if not found:
        raise InputError(f"No clip could be made of '{place}'.", fix="Name a folder with films.")
    with app.begin() as connection:
        seconds = sum(read_asset(connection, one).duration_seconds or 0.0 for one in assets)
        count = sum(len(moments(connection, one)) for one in assets)
    return Clips(assets, seconds, count, tuple(app.blobs.path(one.path) for one in found), _sheet(app, found))


def sample_shoot(folder: Path, *, quiet: bool) -> Path:
    """The drawn sample shoot, made once per folder."""
    if not (folder / "truth.json").is_file():
        with show.bars(quiet=quiet) as area, show.bar(area, "Drawing a sample shoot"):
            draw_sample_shoot(folder)
    return folder


def _usable(app: App, asset_id: str) -> bool:
    with app.begin() as connection:
        return read_asset(connection, asset_id).status == "ready"


def _tell_refused(taken: Intake) -> None:
    for report in taken.files:
        if report.error is not None:
            show.say(f"{report.path}: {report.error['what']} {report.error['fix']}")


def _cut(app: App, run_ids: Sequence[str]) -> list[ClipFile]:
    with app.begin() as connection:
        return [clip for one in run_ids for clip in reversed(clip_files(connection, run_id=one))]


def _sheet(app: App, made: Sequence[ClipFile]) -> Path | None:
    pictures = [
        (app.blobs.path(clip.thumbnail_path), f"clip {number}\n{clip.span}, {clip.width}x{clip.height}")
        for number, clip in enumerate(made, 1)
        if clip.thumbnail_path
    ]
    if not pictures:
        return None
    out = app.blobs.root / "contact-sheet.jpg"
    contact_sheet(pictures, out)
    return out
