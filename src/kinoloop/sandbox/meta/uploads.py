"""Films and pictures: whole or in pieces, then worked on for a while; what is no film ends in an error."""

import base64
import binascii
import io
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import av

from kinoloop.core.ids import hash_bytes
from kinoloop.sandbox.meta.asking import Ask
from kinoloop.sandbox.meta.desk import Desk
from kinoloop.sandbox.meta.errors import refuse
from kinoloop.sandbox.meta.nodes import Node

PIECE = 256 * 1024
WORK = 30.0
"""Seconds until a film is ready at the real platform."""


@dataclass
class Upload:
    """A film on its way in. `size` bytes are awaited."""

    video_id: str
    account_id: str
    size: int
    content: bytearray = field(default_factory=bytearray)


def add_video(desk: Desk, ask: Ask, account: Node) -> dict[str, Any]:
    """POST advideos: `source` whole, or the phases start, transfer, finish."""
    phase = ask.text("upload_phase")
    if phase == "start":
        return _start(desk, ask, account)
    if phase in ("transfer", "finish"):
        upload = desk.rooms.uploads.get(str(ask.text("upload_session_id")))
        if upload is None or upload.account_id != account.id:
            raise refuse(100, 1363041, text="There is no such upload session.")
        return _transfer(ask, upload) if phase == "transfer" else _finish(desk, ask, account, upload)
    content = next(iter(ask.files.values()), None)
    if content is None:
        raise refuse(100, 1363030, text="Give a file as source, or upload in phases.")
    return {"id": _film(desk, ask, account, content).id}


def _start(desk: Desk, ask: Ask, account: Node) -> dict[str, Any]:
    size = ask.number("file_size")
    if not size or size < 1:
        raise refuse(100, None, "(#100) The parameter file_size is required.")
    session, video_id = desk.nodes.number(), desk.nodes.number()
    desk.rooms.uploads[session] = Upload(video_id, account.id, size)
    return {"upload_session_id": session, "video_id": video_id, **_offsets(0, size)}


def _transfer(ask: Ask, upload: Upload) -> dict[str, Any]:
    piece, offset = ask.files.get("video_file_chunk", b""), ask.number("start_offset")
    have = len(upload.content)
    if offset != have or not piece or have + len(piece) > upload.size:
        data = dict(_offsets(have, upload.size).items())
        raise refuse(100, 1363037, "There was a problem uploading your video. Please try again.", data=data)
    upload.content.extend(piece)
    return _offsets(len(upload.content), upload.size)


def _finish(desk: Desk, ask: Ask, account: Node, upload: Upload) -> dict[str, Any]:
    if len(upload.content) != upload.size:
        raise refuse(100, 1363040, text="The upload is not complete.")
    if desk.nodes.find(upload.video_id) is None:
        _film(desk, ask, account, bytes(upload.content), id_=upload.video_id)
    return {"success": True}


def _offsets(start: int, size: int) -> dict[str, str]:
    return {"start_offset": str(start), "end_offset": str(min(start + PIECE, size))}


def _film(desk: Desk, ask: Ask, account: Node, content: bytes, *, id_: str | None = None) -> Node:
    length = seconds_of(content)
    data: dict[str, Any] = {
        "title": ask.text("title") or ask.text("name") or "",
        "description": ask.text("description"),
        "length": length,
    }
    ready = desk.now + timedelta(seconds=WORK / desk.world.speed)
    return desk.make(
        "advideo",
        account.id,
        data,
        id_=id_,
        ready_at=ready,
        broken=length is None,
        sha256=hash_bytes(content),
    )


def seconds_of(content: bytes) -> float | None:
    """The film's length; None when it is none."""
    try:
        with av.open(io.BytesIO(content), "r") as film:
            return round(film.duration / 1_000_000, 3) if film.duration and film.streams.video else None
    except av.FFmpegError:
        return None


def add_image(desk: Desk, ask: Ask, account: Node) -> dict[str, Any]:
    """POST adimages: `bytes` in base64, or a file. The same picture has the same hash."""
    content = next(iter(ask.files.values()), b"")
    try:
        content = content or base64.b64decode(ask.text("bytes") or "", validate=True)
    except binascii.Error:
        content = b""
    if not content:
        raise refuse(100, 1487242, text="The picture could not be read.")
    mark = hash_bytes(content)[:32]
    told = {"hash": mark, "url": f"https://scontent.example/{mark}.jpg"}
    desk.rooms.images[mark] = told
    return {"images": {"bytes": told}}
