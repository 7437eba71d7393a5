"""Replicate's files: results on offer for an hour, uploads for a day, and small ones inline as data URLs."""

import base64
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from starlette.routing import Route

from kinoloop.core.ids import hash_bytes
from kinoloop.sandbox.replicate.problems import problem
from kinoloop.sandbox.replicate.shapes import stamp
from kinoloop.sandbox.shelf import Stored, token_in
from kinoloop.sandbox.shelving import results
from kinoloop.sandbox.wire import Answer, Call, Handler, Refusal, route
from kinoloop.sandbox.world import World

UPLOADS_KEPT = timedelta(hours=24)
INLINE_LIMIT = 256 * 1024


def file_routes(world: World, guarded: Callable[[Handler], Handler]) -> list[Route]:
    return [
        results(world, "replicate"),
        route("POST", "/replicate/v1/files", guarded(partial(_upload, world))),
        route("GET", "/replicate/v1/files/{token}", guarded(partial(_about, world))),
        route("DELETE", "/replicate/v1/files/{token}", guarded(partial(_delete, world))),
    ]


def inline(world: World, told: dict[str, Any]) -> dict[str, Any]:
    """A waited-for answer: picture files that are small enough stand in it as data URLs."""
    output = told["output"]
    if isinstance(output, list):
        return {**told, "output": [_inlined(world, url) for url in output]}
    return {**told, "output": _inlined(world, output)} if isinstance(output, str) else told


def _inlined(world: World, url: str) -> str:
    stored = world.shelf.find(token_in(url, "replicate"), world.now())
    if stored is None or not stored.media_type.startswith("image/"):
        return url
    data = world.shelf.content(stored)
    if len(data) > INLINE_LIMIT:
        return url
    return f"data:{stored.media_type};base64,{base64.b64encode(data).decode()}"


def _upload(world: World, call: Call) -> Answer:
    if call.upload is None:
        raise Refusal(problem(400, "Missing content"))
    name, media_type, data = call.upload
    stored = Stored(
        world.new_token(16),
        name,
        media_type or "application/octet-stream",
        hash_bytes(data),
        lambda: data,
        world.now() + UPLOADS_KEPT,
    )
    with world.lock:
        world.shelf.put(stored)
    return Answer(201, _told(call, stored, world.now()))


def _about(world: World, call: Call) -> Answer:
    return Answer(200, _told(call, _find(world, call), world.now()))


def _delete(world: World, call: Call) -> Answer:
    with world.lock:
        world.shelf.remove(_find(world, call).token)
    return Answer(204, b"")


def _find(world: World, call: Call) -> Stored:
    stored = world.shelf.find(call.parts["token"], world.now())
    if stored is None:
        raise Refusal(problem(404))
    return stored


def _told(call: Call, stored: Stored, now: datetime) -> dict[str, Any]:
    data = stored.make()
    return {
        "id": stored.token,
        "name": stored.name,
        "content_type": stored.media_type,
        "size": len(data),
        "etag": hash_bytes(data)[:32],
        "checksums": {"sha256": hash_bytes(data)},
        "metadata": {},
        "created_at": stamp(min(now, stored.expires_at - UPLOADS_KEPT)),
        "expires_at": stamp(stored.expires_at),
        "urls": {"get": f"{call.base}/replicate/files/{stored.token}/{stored.name}"},
    }
