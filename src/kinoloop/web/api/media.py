"""Media by id, never by path, with ranges so that players can jump."""

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import FileResponse

from kinoloop.core.errors import NotFoundError
from kinoloop.footage.analysis.queries import shot
from kinoloop.footage.clips.queries import clip_file
from kinoloop.footage.intake.queries import asset
from kinoloop.web.backstage import Backstage
from kinoloop.web.stage import Stage, kept_file

router = APIRouter(prefix="/media", tags=["media"])
KINDS = {
    ".mp4": "video/mp4",
    ".m4v": "video/mp4",
    ".mov": "video/quicktime",
    ".mkv": "video/x-matroska",
    ".webm": "video/webm",
    ".avi": "video/x-msvideo",
    ".flv": "video/x-flv",
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
    ".wav": "audio/wav",
    ".flac": "audio/flac",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".srt": "application/x-subrip; charset=utf-8",
    ".vtt": "text/vtt; charset=utf-8",
}
KEEP = {"cache-control": "private, max-age=3600"}
Download = Annotated[bool, Query(description="Offer it as a download")]


@router.get("/assets/{asset_id}", summary="The footage file", response_class=FileResponse)
def asset_file(asset_id: str, stage: Stage, download: Download = False) -> FileResponse:
    with stage.database.read() as connection:
        found = asset(connection, asset_id)
    return media_file(stage, found.path, found.filename, download)


@router.get("/assets/{asset_id}/thumbnail", summary="Its picture", response_class=FileResponse)
def asset_thumbnail(asset_id: str, stage: Stage) -> FileResponse:
    with stage.database.read() as connection:
        return media_file(stage, asset(connection, asset_id).thumbnail_path, "thumbnail")


@router.get("/assets/{asset_id}/strip", summary="Its scrub strip", response_class=FileResponse)
def asset_strip(asset_id: str, stage: Stage) -> FileResponse:
    """Pictures side by side, evenly spread over the file."""
    with stage.database.read() as connection:
        return media_file(stage, asset(connection, asset_id).scrub_path, "strip")


@router.get("/shots/{clip_id}/thumbnail", summary="The picture of a shot", response_class=FileResponse)
def shot_thumbnail(clip_id: str, stage: Stage) -> FileResponse:
    with stage.database.read() as connection:
        return media_file(stage, shot(connection, clip_id).thumbnail_url, "shot")


@router.get("/clips/{clip_file_id}", summary="A finished clip", response_class=FileResponse)
def clip_media(clip_file_id: str, stage: Stage, download: Download = False) -> FileResponse:
    with stage.database.read() as connection:
        path = clip_file(connection, clip_file_id).path
    return media_file(stage, path, Path(path).name, download)


@router.get("/clips/{clip_file_id}/thumbnail", summary="Its picture", response_class=FileResponse)
def clip_thumbnail(clip_file_id: str, stage: Stage) -> FileResponse:
    with stage.database.read() as connection:
        return media_file(stage, clip_file(connection, clip_file_id).thumbnail_path, "clip")


@router.get("/clips/{clip_file_id}/srt", summary="Its captions as SubRip", response_class=FileResponse)
def clip_srt(clip_file_id: str, stage: Stage) -> FileResponse:
    with stage.database.read() as connection:
        path = clip_file(connection, clip_file_id).srt_path
    return media_file(stage, path, Path(path or "").name, True)


@router.get("/clips/{clip_file_id}/vtt", summary="Its captions as WebVTT", response_class=FileResponse)
def clip_vtt(clip_file_id: str, stage: Stage, download: Download = False) -> FileResponse:
    with stage.database.read() as connection:
        path = clip_file(connection, clip_file_id).vtt_path
    return media_file(stage, path, Path(path or "").name, download)


def media_file(stage: Backstage, kept: str | None, name: str, download: bool = False) -> FileResponse:
    """The file of a row. Raises NotFoundError when there is none, or it is gone from the disk."""
    path = kept_file(stage, kept)
    if path is None:
        raise NotFoundError("There is no such file.", why="It was not made, or not yet.")
    kind = KINDS.get(path.suffix.lower())
    if kind is None or not path.is_file():
        raise NotFoundError(
            f"The file '{path.name}' is gone.",
            why="It was moved or deleted since it came in.",
            fix="Put it back, or ingest it from its new place.",
        )
    return FileResponse(
        path,
        media_type=kind,
        headers=KEEP,
        filename=name,
        content_disposition_type="attachment" if download else "inline",
    )
