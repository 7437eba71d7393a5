"""The film that an ad shows, as far as it was made here and the one who asks may see it."""

from dataclasses import dataclass

from sqlalchemy import Connection

from kinoloop.core.errors import ForbiddenError, NotFoundError
from kinoloop.learning.winners.operations import NOT_OURS
from kinoloop.learning.winners.records import Dna, Winner
from kinoloop.web.owned import owned_film
from kinoloop.web.pages.make.films import STAND, Film, film_of
from kinoloop.web.users.records import User


@dataclass(frozen=True)
class Shown:
    """A film to be played with the name of its video, or why there is none. `stand`: tall, square, wide."""

    film: Film | None = None
    video: str | None = None
    stand: str = "tall"
    why: str = ""


def shown(connection: Connection, who: User, made_of: Dna | None, winner: Winner | None) -> Shown:
    """By what the ad is made of, else by what was told of the winner."""
    told = winner.metadata.get("variant_id") if winner is not None else None
    variant_id = made_of.variant_id if made_of is not None else told
    if not isinstance(variant_id, str):
        return Shown(why=NOT_OURS[0].upper() + NOT_OURS[1:] + ".")
    try:
        video, variant = owned_film(connection, who, variant_id)
    except NotFoundError:
        return Shown(why="Its film was deleted.")
    except ForbiddenError:
        return Shown(why="Its film belongs to somebody else: makers see what they made themselves.")
    return Shown(film_of(video, variant), video.name, STAND[variant.shape])
