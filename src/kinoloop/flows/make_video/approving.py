"""What exactly is approved: script, storyboard, the content of every file they use, and the settings."""

from sqlalchemy import Connection

from kinoloop.core.errors import ConflictError
from kinoloop.core.ids import hash_file
from kinoloop.creative.assets.queries import uploaded_asset
from kinoloop.creative.brand.queries import brand as read_brand
from kinoloop.creative.brand.records import Brand
from kinoloop.creative.plain import hash_of
from kinoloop.creative.videos.records import Video
from kinoloop.flows.make_video.sources import source_file
from kinoloop.store.blobs import Blobs

GONE = "gone"


def subject(video_id: str) -> str:
    """How approvals name a video."""
    return f"video:{video_id}"


def approval_hash(connection: Connection, video: Video, blobs: Blobs) -> str:
    """SHA-256 over all that a person says yes to; any later change of any of it gives another.

    Raises ConflictError before there is a storyboard.
    """
    if video.script is None or video.storyboard is None:
        raise ConflictError(f"'{video.name}' has no storyboard yet.", fix="Wait until it is drafted.")
    brand = read_brand(connection, video.client_id)
    files = _files(connection, video, brand, blobs)
    return hash_of(video.script, video.storyboard, {"files": files}, video.brief, brand)


def _files(connection: Connection, video: Video, brand: Brand, blobs: Blobs) -> dict[str, str]:
    """The content of each file by its name: footage as it came in, uploads, logo, music, panel pictures."""
    assert video.storyboard is not None
    board = video.storyboard
    found: dict[str, str] = {}
    for panel in (*board.panels, *((board.opening,) if board.opening else ())):
        if panel.footage is not None:
            found[panel.footage.asset_id] = source_file(connection, panel.footage, blobs).sha256 or GONE
        if panel.image is not None:
            found[panel.image] = _content(panel.image, blobs)
    for asset_id in video.brief.assets:
        found[asset_id] = uploaded_asset(connection, asset_id).sha256
    if brand.logo is not None:
        found["logo"] = _content(brand.logo, blobs)
    return found


def _content(relative: str, blobs: Blobs) -> str:
    path = blobs.path(relative)
    return hash_file(path) if path.is_file() else GONE
