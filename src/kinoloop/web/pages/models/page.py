"""Models: per name who is used, who is on trial, how reliable they are; and the policy of each account.

A promotion or a rollback by hand is an owner's, with a reason, and only against the champion they looked at.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from fastapi import APIRouter, Request
from sqlalchemy import Connection
from starlette.responses import Response

from kinoloop.core.errors import ConflictError, InputError, NotFoundError
from kinoloop.learning.predictor.queries import tenant_days
from kinoloop.learning.predictor.rules.learning import (
    LEAST_ADS,
    LEAST_CLICKS,
    LEAST_DAYS,
    too_little,
)
from kinoloop.registry.models import operations
from kinoloop.registry.models import queries as registry
from kinoloop.web.ads.desk import Decider
from kinoloop.web.forms import Form, Posted, lead_to
from kinoloop.web.pages.ads.told import names_of
from kinoloop.web.pages.models.evidence import SETTINGS
from kinoloop.web.pages.models.policies import InForce, in_force
from kinoloop.web.pages.models.room import Room, names_of_models, room_of
from kinoloop.web.pages.money.whose import Tenant
from kinoloop.web.render import Frame, frame_of, respond
from kinoloop.web.stage import Now, Stage, Who

router = APIRouter(include_in_schema=False)
FIRST = (LEAST_ADS, LEAST_CLICKS, LEAST_DAYS)
"""What the first model needs: ads, clicks, days."""


@dataclass(frozen=True)
class ModelsPage:
    """`missing` says what keeps the first model from being learnt; None once one was kept. `least_gain` is
    what a challenger has to be better by, in nats per expected click.
    """

    template: ClassVar[str] = "models/models.html"
    frame: Frame
    rooms: tuple[Room, ...]
    missing: str | None
    first: tuple[int, int, int]
    least_gain: float
    policies: tuple[InForce, ...]
    decides: bool


@router.get("/models")
def models_page(request: Request, stage: Stage, clock: Now, who: Who, tenant: Tenant) -> Response:
    now, frame = clock.now(), frame_of(request, "Models", "models")
    with stage.database.read() as connection:
        people = names_of(connection)
        found = (
            room_of(connection, tenant, name, people, now) for name in names_of_models(connection, tenant)
        )
        rooms = tuple(one for one in found if one is not None)
        page = ModelsPage(
            frame=frame,
            rooms=rooms,
            missing=None if rooms else _missing(connection, tenant, now),
            first=FIRST,
            least_gain=SETTINGS.minimum_gain,
            policies=in_force(connection, tenant, now),
            decides=who.sees_all,
        )
    return respond(page)


@router.post("/models/promote")
def promote(request: Request, stage: Stage, clock: Now, who: Decider, tenant: Tenant, form: Form) -> Response:
    """Make a version the champion in the place of the one that the page showed."""
    reason = _reason(form)
    with stage.begin() as connection:
        wanted = registry.model(connection, form.one("model_id"))
        _require_mine(connection, tenant, wanted.model_name)
        operations.promote(
            connection,
            wanted.model_id,
            expected=form.one("expected") or None,
            who=who.user_id,
            reason=reason,
            now=clock.now(),
            evidence={"by": "hand"},
        )
    return lead_to(request, "/models")


@router.post("/models/rollback")
def roll_back(
    request: Request, stage: Stage, clock: Now, who: Decider, tenant: Tenant, form: Form
) -> Response:
    """Bring back who stood before. Raises ConflictError when the champion is another than the page showed."""
    reason, name = _reason(form), form.one("model_name")
    with stage.begin() as connection:
        _require_mine(connection, tenant, name)
        operations.rollback(connection, name, who=who.user_id, reason=reason, now=clock.now())
        # looked at behind the lock that the rollback took: whoever waited for it sees the move before
        if registry.promotions(connection, name, limit=1)[0].from_id != form.one("expected"):
            raise ConflictError(
                "The champion has changed since you looked.", fix="Reload the page and look again."
            )
    return lead_to(request, "/models")


def _missing(connection: Connection, tenant: str, now: datetime) -> str:
    """What keeps the first model from being learnt."""
    days = tenant_days(connection, tenant, now)
    if not days:
        return "No ad has any results yet."
    return too_little(days) or "Enough is there: the next training learns the first one."


def _reason(form: Posted) -> str:
    reason = form.one("reason")
    if not reason:
        raise InputError(
            "Say in a few words why.", why="Whoever looks at it later has to know.", fix="Write the reason."
        )
    return reason[:500].rstrip(".") + "."


def _require_mine(connection: Connection, tenant: str, name: str) -> None:
    if name not in names_of_models(connection, tenant):
        raise NotFoundError(f"There is no model '{name}' here.", fix="Look at the models for their names.")
