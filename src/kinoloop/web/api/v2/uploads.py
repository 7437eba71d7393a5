"""Pictures and films for ads: streamed to disk, capped while reading, judged by content, decoded once."""

import re
from pathlib import Path
from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Header, Request

from kinoloop.core.clock import Clock
from kinoloop.core.errors import InputError, LimitError
from kinoloop.core.ids import hash_file, new_id
from kinoloop.creative.assets.operations import add
from kinoloop.creative.assets.records import UploadedAsset
from kinoloop.media.guard import Limits, guarded
from kinoloop.web.api.shapes import Problem
from kinoloop.web.api.v2 import shapes
from kinoloop.web.api.v2.speak import asset_answer
from kinoloop.web.backstage import Backstage
from kinoloop.web.limits.gate import within
from kinoloop.web.limits.rules import UPLOAD
from kinoloop.web.material import ENDINGS, Material, material_of
from kinoloop.web.stage import Now, Stage, Who
from kinoloop.web.uploads import Received, UploadReader
from kinoloop.web.users.records import User

router = APIRouter(prefix="/api/v2", tags=["videos"])
LIMIT = 50 << 20
ROOM_FOR_FORM = 64_000
LOOKING = Limits(memory=2 << 30, cpu=60, wall=60.0)
_CLIENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "client_id": {"type": "string", "default": "house"},
                    },
                }
            }
        },
    }
}


@router.post(
    "/upload-asset",
    status_code=201,
    summary="Upload a picture or film for an ad",
    openapi_extra=FORM,
    responses={code: {"model": Problem} for code in (413, 422, 429)},
    dependencies=[Depends(within(UPLOAD))],
)
async def upload_asset(
    request: Request,
    stage: Stage,
    clock: Now,
    who: Who,
    content_length: Annotated[int | None, Header()] = None,
) -> shapes.AssetAnswer:
    """jpg, png, mp4 or mov, at most 50 MB. A film becomes footage too, so that shots of it can be used."""
    return asset_answer(await take_material(request, stage, clock, who, content_length))


async def take_material(
    request: Request, stage: Backstage, clock: Clock, who: User, length: int | None
) -> UploadedAsset:
    """One file of a form, whole, looked at and filed. Of a refused one nothing stays."""
    if length is not None and length > LIMIT + ROOM_FOR_FORM:
        raise too_large()
    stage.blobs.require_space(length or LIMIT)
    asset_id = new_id()
    arriving = stage.blobs.upload("arriving", asset_id, ".part")
    try:
        received = await _read(request, arriving)
        return await run_sync(_file_away, stage, clock, who, asset_id, received)
    finally:
        arriving.unlink(missing_ok=True)


async def _read(request: Request, target: Path) -> Received:
    kind = request.headers.get("content-type", "")
    reader = UploadReader(kind, target, limit=LIMIT, judge=material_of, refusal=not_material)
    try:
        return await reader.read(request.stream())
    except LimitError:
        raise too_large() from None


def _file_away(stage: Backstage, clock: Clock, who: User, asset_id: str, received: Received) -> UploadedAsset:
    client_id = client_of(received.fields)
    seen: Material = guarded("kinoloop.web.material:look_at", received.path, received.ending, limits=LOOKING)
    place = received.path.replace(stage.blobs.upload(client_id, asset_id, received.ending))
    try:
        footage = _as_footage(stage, place) if ENDINGS[received.ending] == "video" else None
        asset = UploadedAsset(
            asset_id=asset_id,
            client_id=client_id,
            owner=who.user_id,
            path=stage.blobs.relative(place),
            kind="video" if seen.kind == "video" else "image",
            name=shown_name(received.name),
            size_bytes=received.size_bytes,
            sha256=hash_file(place),
            width=seen.width,
            height=seen.height,
            duration_ms=seen.duration_ms,
            footage_asset_id=footage,
            created_at=clock.now(),
        )
        with stage.begin() as connection:
            add(connection, asset)
    except BaseException:
        place.unlink(missing_ok=True)
        raise
    return asset


def _as_footage(stage: Backstage, place: Path) -> str | None:
    report = stage.ingest([place], source="upload", roots=[place.parent]).files[0]
    return report.asset_id


def client_of(fields: dict[str, str]) -> str:
    """The client that the form names; the house when it names none. Raises InputError."""
    said = fields.get("client_id") or fields.get("clientId") or "house"
    if not _CLIENT.fullmatch(said):
        raise InputError("'client_id' is no id.", why="Ids are letters, digits, - and _, 64 at most.")
    return said


def shown_name(given: str) -> str:
    """What the sender called it, for showing only: no folders, no control characters."""
    last = re.split(r"[\\/]", given)[-1]
    return "".join(letter for letter in last if letter.isprintable())[:120] or "upload"


def too_large() -> LimitError:
    return LimitError(
        "The file is too large.",
        why="A picture or film for an ad may have up to 50 MB.",
        fix="Export it smaller, or take a long film in as footage.",
    )


def not_material(name: str | None) -> InputError:
    return InputError(
        f"'{shown_name(name or '')}' is not a picture or film that is taken.",
        why="Its first bytes begin none of them, whatever its name says.",
        fix="Send jpg, png, mp4 or mov.",
    )
