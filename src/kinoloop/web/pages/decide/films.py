"""The film that an ad shows, as a page plays it: its file, its scenes, what of them is own footage."""

from dataclasses import dataclass

from sqlalchemy import Connection

from kinoloop.core.errors import NotFoundError
from kinoloop.creative.renders.queries import variant
from kinoloop.creative.videos.queries import video
from kinoloop.learning.lineage.film_queries import films, shown_by
from kinoloop.learning.lineage.records import NOTHING, Film, Scene
from kinoloop.learning.lineage.rules.footage import own_footage
from kinoloop.web.pages.learn.cuts import Cut, Files
from kinoloop.web.pages.make.films import STAND, film_of
from kinoloop.web.users.records import User
from kinoloop.web.words import span_words


@dataclass(frozen=True)
class Player:
    """A finished file; `stand` is tall, square or wide."""

    url: str
    poster: str | None
    captions: str | None
    stand: str
    label: str


@dataclass(frozen=True)
class SceneLine:
    """A scene with its place in the film; `cut` is the own footage in it."""

    scene: Scene
    place: str
    cut: Cut | None


@dataclass(frozen=True)
class AdFilm:
    """What an ad shows. `player` is None when the file is gone, or is not the visitor's to see."""

    film: Film
    player: Player | None
    scenes: tuple[SceneLine, ...]


def film_of_ad(connection: Connection, ad_id: str, who: User) -> AdFilm | None:
    """The film it showed last; None for an ad that was not made here."""
    shown = shown_by(connection, [ad_id]).get(ad_id, ())
    known = films(connection, [one.film_sha256 for one in shown[-1:]])
    if not shown or shown[-1].film_sha256 not in known:
        return None
    film = known[shown[-1].film_sha256]
    sources = [source for one in film.scenes if (source := own_footage(one)) is not None]
    files = Files(connection, [source.asset_id for source in sources])
    return AdFilm(film, player_of(connection, film, who), tuple(_line(one, files) for one in film.scenes))


def player_of(connection: Connection, film: Film, who: User) -> Player | None:
    """The finished file itself, for those who may see its video."""
    try:
        job, made = video(connection, film.video_id), variant(connection, film.variant_id)
    except NotFoundError:  # the video was deleted since; what its ads did is still told
        return None
    if not who.sees_all and job.owner != who.user_id:
        return None
    shown = film_of(job, made)
    return Player(shown.url, shown.poster, shown.captions, STAND.get(made.shape, "wide"), film.name)


def _line(scene: Scene, files: Files) -> SceneLine:
    source = own_footage(scene)
    cut = None if source is None else files.cut(source, NOTHING)
    return SceneLine(scene, span_words(scene.start_ms, scene.end_ms), cut)
