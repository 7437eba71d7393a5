"""Where a panel's own picture lies: a file of the footage library, or one that was uploaded for the ad."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from kinoloop.core.timecode import Seconds, exact
from kinoloop.creative.assets.queries import uploaded_asset
from kinoloop.creative.storyboards.candidates import Clip, clip_of
from kinoloop.creative.storyboards.records import FootageSource
from kinoloop.creative.videos.records import Video
from kinoloop.footage.analysis.queries import best_shots, shots
from kinoloop.footage.intake.queries import asset
from kinoloop.store.blobs import Blobs

MOST_SHOTS = 200
UPLOAD = "upload:"
"""How the id of an uploaded file begins where a footage id is expected."""
STILL_MS = 600_000
"""A picture lasts as long as it is wanted."""
OFFERED = 1.0
"""Worth of a file that a person chose for this ad."""


@dataclass(frozen=True)
class SourceFile:
    """`still` for a picture; sizes as shown, None where they are not known."""

    path: Path
    still: bool
    sha256: str | None
    width: int | None
    height: int | None


def source_file(connection: Connection, source: FootageSource, blobs: Blobs) -> SourceFile:
    """The file behind a stretch. Raises NotFoundError when its row is gone."""
    if source.asset_id.startswith(UPLOAD):
        found = uploaded_asset(connection, source.asset_id.removeprefix(UPLOAD))
        path = blobs.path(found.path)
        return SourceFile(path, found.kind == "image", found.sha256, found.width, found.height)
    known = asset(connection, source.asset_id)
    shown = (known.info or {}).get("video") or {}
    return SourceFile(Path(known.path), False, known.sha256, shown.get("width"), shown.get("height"))


def clips_of(connection: Connection, video: Video) -> tuple[Clip, ...]:
    """What there is to choose from: uploads for the ad, then the footage named, else the library's best."""
    given, films = [], list(video.brief.footage)
    for asset_id in video.brief.assets:
        upload = uploaded_asset(connection, asset_id)
        if upload.footage_asset_id is not None:
            films.append(upload.footage_asset_id)
        else:
            lasts = upload.duration_ms or STILL_MS
            given.append(Clip(None, UPLOAD + asset_id, upload.name, 0, lasts, file_ms=lasts, quality=OFFERED))
    if films:
        found = [one for asset_id in dict.fromkeys(films) for one in shots(connection, asset_id)]
    else:
        found = list(best_shots(connection, limit=MOST_SHOTS))
    files = {asset_id: asset(connection, asset_id) for asset_id in {one.asset_id for one in found}}
    known = [(one, files[one.asset_id]) for one in found[: 5 * MOST_SHOTS]]
    return (*given, *(clip_of(one, file.filename, _exact(file.duration_seconds)) for one, file in known))


def _exact(seconds: float | None) -> Seconds | None:
    return None if seconds is None else exact(seconds)
