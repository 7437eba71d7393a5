"""One ad among winners: its film, how it stands, what it is made of, winners that look like it; on and off.

Taking an ad off the list or putting it back is an owner's; what winners share is reckoned anew at once.
"""

from dataclasses import dataclass, replace
from typing import ClassVar

from fastapi import APIRouter, Request
from sqlalchemy import Connection
from starlette.responses import Response

from kinoloop.core.errors import ConflictError, InputError, NotFoundError
from kinoloop.learning.winners import operations, queries
from kinoloop.learning.winners.library import shared_library
from kinoloop.learning.winners.operations import NOT_OURS
from kinoloop.learning.winners.records import Similar, Vector, Winner
from kinoloop.web.ads.desk import Decider
from kinoloop.web.backstage import Backstage
from kinoloop.web.forms import Form, Posted, lead_to
from kinoloop.web.pages.ads.told import names_of
from kinoloop.web.pages.money.whose import Tenant
from kinoloop.web.pages.winners.book import Book, Card, book_of, ratios_of
from kinoloop.web.pages.winners.scale import Scale, scale_of
from kinoloop.web.pages.winners.shared import SETTINGS
from kinoloop.web.pages.winners.wall import Off, off_of
from kinoloop.web.pages.winners.words import WHY_REMOVED, level_words, trait_words, why_not_back
from kinoloop.web.render import Frame, frame_of, respond
from kinoloop.web.stage import Now, Stage, Who
from kinoloop.web.users.records import User
from kinoloop.web.words import ago_words

router = APIRouter(include_in_schema=False)
ALIKE = 6


@dataclass(frozen=True)
class Alike:
    """A winner that looks like this ad; `part` (0 to 100) is the cosine as a bar."""

    card: Card
    similarity: float
    part: float


@dataclass(frozen=True)
class Trait:
    """`level` None: not known, with `why`."""

    name: str
    level: str | None
    why: str


@dataclass(frozen=True)
class AdPage:
    """`no_likeness` says why nothing is compared; `off` tells of one that was taken off the list."""

    template: ClassVar[str] = "winners/ad.html"
    frame: Frame
    scale: Scale
    card: Card
    judged_ago: str | None
    added_ago: str | None
    alive: bool
    off: Off | None
    traits: tuple[Trait, ...]
    alike: tuple[Alike, ...]
    no_likeness: str | None
    sample: bool
    decides: bool
    settle_days: int = SETTINGS.settle_days


@router.post("/winners/remove")
def take_off(
    request: Request, stage: Stage, clock: Now, who: Decider, tenant: Tenant, form: Form
) -> Response:
    """Take an ad off the list; the rule does not put it back, an owner may."""
    reason = _reason(form)
    with stage.begin() as connection:
        one, now = queries.winner(connection, tenant, form.one("ad_id")), clock.now()
        noted = replace(one, metadata={**one.metadata, WHY_REMOVED: reason})
        operations.add_winner(connection, noted, now=now)
        operations.remove_winner(connection, tenant, one.ad_id, who=who.user_id, now=now)
        operations.learn_dna(connection, tenant, SETTINGS, now=now)
    return lead_to(request, "/winners#off")


@router.post("/winners/restore")
def put_back(
    request: Request, stage: Stage, clock: Now, who: Decider, tenant: Tenant, form: Form
) -> Response:
    """Put an ad back that a person took off. Raises ConflictError where its results say no by now."""
    with stage.begin() as connection:
        now, one = clock.now(), _taken_off(connection, tenant, form.one("ad_id"))
        judged = queries.standings(connection, tenant, ad_ids=[one.ad_id])
        stays = why_not_back(one, judged[0] if judged else None, SETTINGS)
        if stays is not None:
            raise ConflictError("It cannot be put back.", why=stays)
        kept = {name: value for name, value in one.metadata.items() if name != WHY_REMOVED}
        operations.add_winner(connection, replace(one, metadata=kept), now=now)
        operations.learn_dna(connection, tenant, SETTINGS, now=now)
    return lead_to(request, "/winners")


@router.get("/winners/{ad_id:path}")
def ad_page(ad_id: str, request: Request, stage: Stage, clock: Now, who: Who, tenant: Tenant) -> Response:
    """Any ad that was judged or told of. Raises NotFoundError for another."""
    now = clock.now()
    with stage.database.read() as connection:
        near, why_not = alike_of(connection, stage, tenant, ad_id)
        book = book_of(connection, tenant, [ad_id, *(one.ad_id for one in near)])
        scale = scale_of(ratios_of(book.judged.values()))
        card = book.card(connection, who, ad_id, scale)
        if card.winner is None and card.judged is None:
            raise NotFoundError(f"Nothing is known of ad '{ad_id}'.", fix="Look at the winners.")
        gone = card.winner is not None and card.winner.removed_at is not None
        page = AdPage(
            frame=frame_of(request, card.name, "winners"),
            scale=scale,
            card=card,
            judged_ago=ago_words(card.judged.judged_at, now) if card.judged else None,
            added_ago=ago_words(card.winner.added_at, now) if card.winner else None,
            alive=card.winner is not None and not gone,
            off=off_of(card.winner, book, names_of(connection), now) if card.winner and gone else None,
            traits=_traits(card),
            alike=tuple(_alike(connection, book, who, one, scale) for one in near),
            no_likeness=why_not,
            sample=book.sample,
            decides=who.sees_all,
        )
    return respond(page)


def alike_of(
    connection: Connection, stage: Backstage, tenant: str, ad_id: str
) -> tuple[tuple[Similar, ...], str | None]:
    """The winners nearest to an ad, or why none can be named."""
    space, vector, why = vector_of(connection, tenant, ad_id)
    if vector is None or space is None:
        return (), why
    index = shared_library(stage.blobs.path("cache/winners")).current(connection, tenant, space)
    found = queries.told(connection, tenant, index.nearest(vector, ALIKE, without=[ad_id]))
    return found, None if found else "No other winner has pictures that could be compared."


def vector_of(connection: Connection, tenant: str, ad_id: str) -> tuple[str | None, Vector | None, str]:
    """What an ad looks like: as a winner, else by what it is made of; without that the reason."""
    why = NOT_OURS
    for one in queries.winners(connection, tenant, ad_ids=[ad_id], removed=True):
        if one.vector is not None:
            return one.space, one.vector, ""
        why = one.vector_reason or why
    for made in queries.dna(connection, tenant, ad_ids=[ad_id]):
        if made.content.vector is not None:
            return made.content.space, made.content.vector, ""
        why = made.content.reason or why
    return None, None, f"What looks like it is not known: {why}."


def _alike(connection: Connection, book: Book, who: User, one: Similar, scale: Scale) -> Alike:
    card = book.card(connection, who, one.ad_id, scale)
    return Alike(card, one.similarity, round(100 * max(one.similarity, 0.0), 1))


def _traits(card: Card) -> tuple[Trait, ...]:
    made_of = card.made_of
    if made_of is None:
        return ()
    return tuple(
        Trait(trait_words(name), None if level is None else level_words(level), made_of.untold.get(name, ""))
        for name, level in made_of.traits.items()
    )


def _reason(form: Posted) -> str:
    reason = form.one("reason")
    if not reason:
        raise InputError(
            "Say in a few words why.", why="Whoever looks at it later has to know.", fix="Write the reason."
        )
    return reason[:500].rstrip(".") + "."


def _taken_off(connection: Connection, tenant: str, ad_id: str) -> Winner:
    found = queries.winners(connection, tenant, ad_ids=[ad_id], removed=True)
    if not found:
        raise NotFoundError(f"'{ad_id}' never was a winner.", fix="Look at the list of those taken off.")
    if found[0].removed_at is None:
        raise ConflictError("It is on the list already.")
    return found[0]
