"""What a KIE task gives: a picture or film on the shelf for fourteen days, and links of twenty minutes."""

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from fractions import Fraction
from typing import Any

from kinoloop.core.ids import hash_bytes, hash_json
from kinoloop.sandbox.drawing.canvas import look_of, picture_bytes
from kinoloop.sandbox.drawing.films import FilmOrder, film_bytes
from kinoloop.sandbox.jobs import Job
from kinoloop.sandbox.shelf import Stored, token_in
from kinoloop.sandbox.stills import shape_of, still_of
from kinoloop.sandbox.world import World

RETENTION = timedelta(days=14)
LINK_TIME = timedelta(minutes=20)
LARGE = 720


def deliver(world: World, job: Job, *, short_side: int = 480) -> list[str]:
    """The URL of the picture or film, good for fourteen days."""
    stored = _picture(world, job) if job.kind == "image" else _film(world, job, short_side)
    world.shelf.put(stored)
    return [f"{job.base}/kie/files/{stored.token}/{stored.name}"]


def _picture(world: World, job: Job) -> Stored:
    look = look_of(job.input["prompt"], _seed(job))
    asked = job.input.get("image_size") or job.input["aspect_ratio"]
    aspect = "1:1" if asked == "auto" else asked
    kind = {"jpeg": "jpg"}.get(job.input.get("output_format", "png"), "png")
    return Stored(
        world.new_token(16),
        f"{job.id}.{kind}",
        "image/png" if kind == "png" else "image/jpeg",
        hash_json(["picture", look.number, look.hue, aspect, kind]),
        lambda: picture_bytes(look, aspect, kind),
        world.now() + RETENTION,
    )


def _film(world: World, job: Job, short_side: int) -> Stored:
    given, look = job.input, look_of(job.input["prompt"], _seed(job))
    still = still_of(world, _first_picture(given))
    asked = given.get("aspect_ratio") or given.get("aspectRatio") or "Auto"
    aspect = shape_of(still) if asked == "Auto" else asked
    sound = bool(given.get("sound", job.extra["veo"]))
    order = FilmOrder(look, aspect, Fraction(job.extra["quantity"]), sound, still, short_side)
    recipe = [look.number, aspect, str(order.seconds), sound, short_side, still and hash_bytes(still)]
    return Stored(
        world.new_token(16),
        f"{job.id}.mp4",
        "video/mp4",
        hash_json(["film", *recipe]),
        lambda: film_bytes(order),
        world.now() + RETENTION,
    )


def _first_picture(given: Mapping[str, Any]) -> str | None:
    """The address of a first picture, by the names that models give it."""
    several = given.get("image_urls") or given.get("imageUrls") or [None]
    address: str | None = given.get("first_frame_url") or several[0]
    return address


def _seed(job: Job) -> int:
    """The seed asked for, or one of the task's own."""
    own = int(hashlib.sha256(job.id.encode()).hexdigest()[:8], 16)
    return int(job.input.get("seeds") or job.input.get("seed") or own)


def short_link(world: World, base: str, url: str) -> str | None:
    """A link to a file of ours that lives for twenty minutes; None for any other address."""
    stored = world.shelf.find(token_in(url, "kie"), world.now())
    if stored is None:
        return None
    token = world.new_token(16)
    until = min(stored.expires_at, world.now() + LINK_TIME)
    world.shelf.put(Stored(token, stored.name, stored.media_type, stored.recipe, stored.make, until))
    return f"{base}/kie/files/{token}/{stored.name}"
