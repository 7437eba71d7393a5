"""What a prediction gives: pictures and films put on the shelf for one hour."""

import hashlib
from datetime import timedelta

from kinoloop.core.ids import hash_bytes, hash_json
from kinoloop.sandbox.drawing.canvas import look_of, picture_bytes
from kinoloop.sandbox.drawing.films import FilmOrder, film_bytes
from kinoloop.sandbox.jobs import Job
from kinoloop.sandbox.replicate.models import Card
from kinoloop.sandbox.shelf import Stored
from kinoloop.sandbox.stills import shape_of, still_of
from kinoloop.sandbox.world import World

RETENTION = timedelta(hours=1)
_TYPES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}


def deliver(world: World, job: Job, card: Card) -> list[str]:
    """URLs of the outputs, good for an hour from now."""
    files = _pictures(world, job, card) if card.kind == "image" else [_film(world, job, card)]
    for stored in files:
        world.shelf.put(stored)
    return [f"{job.base}/replicate/files/{stored.token}/{stored.name}" for stored in files]


def _pictures(world: World, job: Job, card: Card) -> list[Stored]:
    suffix = job.input.get("output_format", "webp")
    made = []
    for number in range(card.images(job.input)):
        look = look_of(job.input["prompt"], _seed(job) + number)
        aspect = job.input["aspect_ratio"]
        made.append(
            Stored(
                world.new_token(16),
                f"out-{number}.{suffix}",
                _TYPES[suffix],
                hash_json(["picture", look.number, look.hue, aspect, suffix]),
                lambda look=look, aspect=aspect: picture_bytes(look, aspect, suffix),  # type: ignore[misc]
                world.now() + RETENTION,
            )
        )
    return made


def _film(world: World, job: Job, card: Card) -> Stored:
    still = still_of(world, _first_picture(job))
    look = look_of(job.input.get("prompt", job.input.get("video", "")), _seed(job))
    aspect, sound = job.input.get("aspect_ratio") or shape_of(still), bool(job.input.get("generate_audio"))
    order = FilmOrder(look, aspect, card.seconds(job.input), sound, still)
    recipe = hash_json(
        ["film", look.number, order.aspect, str(order.seconds), sound, still and hash_bytes(still)]
    )
    return Stored(
        world.new_token(16),
        "output.mp4",
        "video/mp4",
        recipe,
        lambda: film_bytes(order),
        world.now() + RETENTION,
    )


def _first_picture(job: Job) -> str | None:
    """The address of a first picture, by the names that models give it."""
    several = job.input.get("image_urls") or [None]
    address: str | None = job.input.get("image") or job.input.get("first_frame_image") or several[0]
    return address


def _seed(job: Job) -> int:
    """The seed asked for, or one of the job's own."""
    given = job.input.get("seed")
    return int(given) if given is not None else int(hashlib.sha256(job.id.encode()).hexdigest()[:8], 16)
