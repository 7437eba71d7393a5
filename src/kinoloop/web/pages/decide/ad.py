"""One ad: what is known of it now, how that came about, its film, its deals, and what was done to it."""

from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter, Request
from sqlalchemy import Connection
from starlette.responses import Response

from kinoloop.core.clock import Clock
from kinoloop.core.errors import NotFoundError
from kinoloop.delivery.accounts import queries as accounts
from kinoloop.delivery.accounts.records import AdAccount, AdEntity
from kinoloop.delivery.drift.queries import open_drifts
from kinoloop.learning.decisions import queries
from kinoloop.learning.decisions.records import AdLine
from kinoloop.learning.winners.queries import standings
from kinoloop.web.ads.words import running_words
from kinoloop.web.pages.ads.told import ToldChange, names_of, tell
from kinoloop.web.pages.decide.ads import AdRow, next_words, row_of
from kinoloop.web.pages.decide.credited import Earned, earned_by
from kinoloop.web.pages.decide.drawing import Course, Parts, course_of, parts_of
from kinoloop.web.pages.decide.films import AdFilm, film_of_ad
from kinoloop.web.pages.decide.queries import changes_of
from kinoloop.web.pages.decide.samples import is_sample
from kinoloop.web.pages.decide.scales import Scale, scale_of
from kinoloop.web.render import Frame, frame_of, respond
from kinoloop.web.stage import Now, Stage, Who
from kinoloop.web.users.records import User

router = APIRouter(include_in_schema=False)
ROUNDS, CHANGES = 60, 20
OPEN_ROUNDS = 8
"""So many rounds and changes are shown, the latest; earlier rounds than the open ones are folded away."""


@dataclass(frozen=True)
class AdPage:
    """`entity` None: the ad is not in the mirror; `row` None: no round has looked at it yet.

    `place` is what it stands under, from the campaign down.
    """

    template: ClassVar[str] = "decide/ad.html"
    frame: Frame
    ad_id: str
    name: str
    account: AdAccount
    sample: bool
    entity: AdEntity | None
    status: str | None
    place: str
    row: AdRow | None
    scale: Scale | None
    parts: Parts | None
    rounds: tuple[AdRow, ...]
    course: Course | None
    film: AdFilm | None
    earned: Earned | None
    changes: tuple[ToldChange, ...]
    next: str | None
    open_rounds: int = OPEN_ROUNDS


@router.get("/ads/{ad_id}")
def ad_page(ad_id: str, request: Request, stage: Stage, clock: Now, who: Who) -> Response:
    with stage.database.read() as connection:
        return respond(_page(connection, clock, request, who, ad_id))


def _page(connection: Connection, clock: Clock, request: Request, who: User, ad_id: str) -> AdPage:
    entity, lines = _entity(connection, ad_id), queries.of_ad(connection, ad_id, limit=ROUNDS)
    if entity is None and not lines:
        raise NotFoundError(f"Nothing is known of an ad '{ad_id}'.", fix="Look at the list of ads.")
    account = accounts.account(connection, entity.account_id if entity else lines[0].account_id)
    name = entity.name if entity else lines[0].name or ad_id
    scale = scale_of((one.low, one.high) for one in lines if one.low and one.high)
    rounds = _rows(connection, account, lines, scale)
    above = _above(connection, entity)
    return AdPage(
        frame=frame_of(request, name, "ads"),
        ad_id=ad_id,
        name=name,
        account=account,
        sample=is_sample(account),
        entity=entity,
        status=None if entity is None else running_words(entity),
        place=" \u203a ".join(one.name for one in reversed(above)),
        row=rounds[0] if rounds else None,
        scale=scale if any(one.plot for one in rounds) else None,
        parts=parts_of(lines[0].parts) if lines else None,
        rounds=rounds,
        course=course_of(lines),
        film=film_of_ad(connection, ad_id, who),
        earned=earned_by(connection, account.tenant_id, ad_id),
        changes=_changes(connection, clock, account, who, (ad_id, *(one.entity_id for one in above))),
        next=next_words(clock.now()),
    )


def _rows(
    connection: Connection, account: AdAccount, lines: tuple[AdLine, ...], scale: Scale
) -> tuple[AdRow, ...]:
    """Each round; what is known only today stands with the latest."""
    if not lines:
        return ()
    judged = standings(connection, account.tenant_id, ad_ids=[lines[0].ad_id])
    drifted = bool(open_drifts(connection, ad_ids=[lines[0].ad_id]))
    first = row_of(lines[0], scale, account, judged[0] if judged else None, drifted=drifted)
    return (first, *(row_of(one, scale, account, None, drifted=False) for one in lines[1:]))


def _entity(connection: Connection, ad_id: str) -> AdEntity | None:
    try:
        found = accounts.entity(connection, ad_id)
    except NotFoundError:  # it brought results, and has left the mirror since
        return None
    return found if found.kind == "ad" else None


def _above(connection: Connection, entity: AdEntity | None) -> tuple[AdEntity, ...]:
    """The ad set and the campaign, as far as the mirror has them."""
    found = list[AdEntity]()
    parent_id = None if entity is None else entity.parent_id
    while parent_id is not None and len(found) < 3:
        try:
            found.append(accounts.entity(connection, parent_id))
        except NotFoundError:
            break
        parent_id = found[-1].parent_id
    return tuple(found)


def _changes(
    connection: Connection, clock: Clock, account: AdAccount, who: User, entity_ids: tuple[str, ...]
) -> tuple[ToldChange, ...]:
    """Those of the ad and of what it shares its budget with."""
    names, now = names_of(connection), clock.now()
    return tuple(
        tell(connection, one, account, names=names, who=who.user_id, now=now, look_ahead=False)
        for one in changes_of(connection, entity_ids, limit=CHANGES)
    )
