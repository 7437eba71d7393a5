"""Footage comes in: a folder or file by its path on this machine, or an upload."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Header, Request

from kinoloop.core.errors import InputError, KinoloopError
from kinoloop.core.ids import new_id
from kinoloop.core.text import plural
from kinoloop.footage.intake.queries import asset
from kinoloop.footage.intake.records import FileReport
from kinoloop.web.api.shapes import FileOutcome, FolderAnswer, FolderBody, Problem, UploadAnswer
from kinoloop.web.api.speak import problem
from kinoloop.web.backstage import Backstage, IngestReport
from kinoloop.web.sniff import plain_name
from kinoloop.web.stage import Stage
from kinoloop.web.uploads import MEGABYTE, Received, UploadReader, too_large

router = APIRouter(tags=["footage"])
ROOM_FOR_FORM = 64_000
FORM_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            }
        },
    }
}


class NoVideosError(InputError):
    """A folder without any file that is taken as footage."""

    code = "no_videos"
    http_status = 400


@router.post(
    "/ingest/local/folder",
    summary="Take in a folder of this machine",
    responses={400: {"model": Problem}, 403: {"model": Problem}, 404: {"model": Problem}},
)
def ingest_folder(body: FolderBody, stage: Stage) -> FolderAnswer:
    """Every file is probed and known by its content. A file that fails is listed; the others go on."""
    report = stage.ingest([Path(body.path)], source="folder", recursive=body.recursive)
    if not report.files:
        raise NoVideosError(
            f"There are no videos in '{body.path}'.",
            why="No file there has an ending that is taken as footage.",
            fix="Choose a folder with mp4, mov, mkv, webm, avi, flv or m4v files.",
        )
    return folder_answer(report)


def folder_answer(report: IngestReport) -> FolderAnswer:
    files = [_outcome(file) for file in report.files]
    done = [file for file in files if file.asset_id is not None and file.error is None]
    return FolderAnswer(
        asset_ids=list(dict.fromkeys(file.asset_id for file in done if file.asset_id)),
        status="processing" if report.run_ids else "done" if done else "failed",
        message=_message(report.files),
        total_videos=len(files),
        successful=len(done),
        files=files,
        job_ids=list(report.run_ids),
    )


def _outcome(file: FileReport) -> FileOutcome:
    return FileOutcome(
        path=file.path, outcome=file.outcome, asset_id=file.asset_id, error=problem(file.error)
    )


def _message(files: Sequence[FileReport]) -> str:
    words = {"new": "new", "known": "already here", "again": "tried again", "failed": "not taken"}
    parts = [
        f"{count} {word}" for kind, word in words.items() if (count := sum(f.outcome == kind for f in files))
    ]
    return f"{plural(len(files), 'file')}: {', '.join(parts)}."


@router.post(
    "/api/uploads",
    status_code=201,
    summary="Upload one video or sound file",
    openapi_extra=FORM_BODY,
    responses={413: {"model": Problem}, 422: {"model": Problem}},
)
async def upload(
    request: Request, stage: Stage, content_length: Annotated[int | None, Header()] = None
) -> UploadAnswer:
    """Streamed to disk, capped while reading, judged by content and not by name."""
    limit = stage.settings.upload_limit_mb * MEGABYTE
    if content_length is not None and content_length > limit + ROOM_FOR_FORM:
        raise too_large(limit)
    stage.blobs.require_space(content_length or 0)
    client_id = new_id()
    arriving = stage.blobs.upload(client_id, "arriving", ".part")
    try:
        reader = UploadReader(request.headers.get("content-type", ""), arriving, limit=limit)
        received = await reader.read(request.stream())
        return await run_sync(_take_in, stage, client_id, received)
    except BaseException:
        shutil.rmtree(arriving.parent, ignore_errors=True)
        raise


def _take_in(stage: Backstage, client_id: str, received: Received) -> UploadAnswer:
    """Hand a whole file to the intake. What was known already, or refused, is not kept a second time."""
    stem, ending = plain_name(received.name, received.ending)
    place = received.path.replace(stage.blobs.upload(client_id, stem, ending))
    report = stage.ingest([place], source="upload", roots=[place.parent])
    file = report.files[0]
    if file.asset_id is None:
        raise refused(file)
    with stage.database.read() as connection:
        kept = Path(asset(connection, file.asset_id).path)
    if not kept.is_relative_to(place.parent):
        shutil.rmtree(place.parent, ignore_errors=True)
    return UploadAnswer(asset_id=file.asset_id, outcome=file.outcome, job_id=next(iter(report.run_ids), None))


def refused(file: FileReport) -> KinoloopError:
    error = file.error or {"what": "The file was not taken."}
    return InputError(error["what"], why=error.get("why", ""), fix=error.get("fix", ""))
