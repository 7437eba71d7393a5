"""A new video: the brief as a form, what it will cost before anything starts, and the job it becomes."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from fastapi import APIRouter, Depends, Request
from sqlalchemy import Connection
from starlette.responses import Response

from kinoloop.core.errors import InputError, KinoloopError
from kinoloop.core.money import Micros
from kinoloop.costs.queries import day
from kinoloop.costs.records import Day
from kinoloop.creative.assets.queries import uploaded_assets
from kinoloop.creative.briefs.queries import campaigns, clients
from kinoloop.creative.briefs.records import Brief
from kinoloop.footage.intake.queries import assets_grid
from kinoloop.web.backstage import Backstage
from kinoloop.web.forms import Form, Posted, errors_of, lead_to, refilled
from kinoloop.web.limits.gate import within
from kinoloop.web.limits.rules import GENERATE, REFINE
from kinoloop.web.owned import owned_video
from kinoloop.web.pages.make.brief_form import (
    FIELDS,
    BriefForm,
    Pick,
    brief_posted,
    fresh_values,
    values_of,
    values_posted,
)
from kinoloop.web.render import Frame, frame_of, respond
from kinoloop.web.stage import Now, Stage, Who
from kinoloop.web.users.records import User

router = APIRouter(include_in_schema=False)
SHOWN = 60


@dataclass(frozen=True)
class NewVideoPage:
    template: ClassVar[str] = "make/new_video.html"
    frame: Frame
    form: BriefForm
    title: str
    lead: str


@dataclass(frozen=True)
class EstimatePart:
    """What it is expected to cost, and what is left of the day; or why that cannot be told yet."""

    template: ClassVar[str] = "make/parts/estimate.html"
    amount: Micros | None
    wanting: str
    today: Day

    @property
    def left(self) -> Micros:
        return max(0, self.today.hard - self.today.spent - self.today.held)


@router.get("/videos/new")
def new_video(
    request: Request, stage: Stage, who: Who, campaign_id: str = "", client_id: str = ""
) -> Response:
    with stage.database.read() as connection:
        if campaign_id and not client_id:
            client_id = next(
                (one.client_id for one in campaigns(connection) if one.campaign_id == campaign_id), ""
            )
        form = _form(request, connection, who, client_id)
    values = fresh_values(campaign_id=campaign_id, client_id=client_id)
    return respond(_page(request, form.wrong(values, {})))


@router.post("/videos/new", dependencies=[Depends(within(GENERATE))])
def order_video(request: Request, stage: Stage, who: Who, form: Form) -> Response:
    try:
        made = stage.videos.generate(brief_posted(form), owner=who.user_id)
    except InputError as error:
        with stage.database.read() as connection:
            again = _form(request, connection, who, form.one("client_id"))
        again = again.wrong(values_posted(form), errors_of(error, FIELDS))
        return refilled(request, _page(request, again), again, "#brief")
    return lead_to(request, f"/videos/{made.video_id}")


@router.get("/videos/{video_id}/brief")
def edit_brief(video_id: str, request: Request, stage: Stage, who: Who) -> Response:
    with stage.database.read() as connection:
        video = owned_video(connection, who, video_id)
        form = _form(request, connection, who, video.client_id, video_id)
    return respond(_page(request, form.wrong(values_of(video.brief), {}), video.name))


@router.post("/videos/{video_id}/brief", dependencies=[Depends(within(REFINE))])
def change_brief(video_id: str, request: Request, stage: Stage, who: Who, form: Form) -> Response:
    with stage.database.read() as connection:
        video = owned_video(connection, who, video_id)
        again = _form(request, connection, who, video.client_id, video_id)
    try:
        stage.videos.refine(video_id, who=who.user_id, brief=brief_posted(form, video.brief))
    except InputError as error:
        again = again.wrong(values_posted(form), errors_of(error, FIELDS))
        return refilled(request, _page(request, again, video.name), again, "#brief")
    return lead_to(request, f"/videos/{video_id}")


@router.post("/parts/videos/estimate")
def estimate(stage: Stage, clock: Now, form: Form) -> Response:
    amount, wanting = _amount(stage, form)
    with stage.database.read() as connection:
        today = today_of(stage, connection, clock.now().date())
    return respond(EstimatePart(amount, wanting, today))


def today_of(stage: Backstage, connection: Connection, on: date) -> Day:
    return day(connection, on, stage.videos.budgets)


def _amount(stage: Backstage, form: Posted) -> tuple[Micros | None, str]:
    unnamed = {"name": form.fields.get("name") or ("-",), "product": form.fields.get("product") or ("-",)}
    named = {name: values if values[-1].strip() else ("-",) for name, values in unnamed.items()}
    try:
        return stage.videos.estimate(brief_posted(Posted({**form.fields, **named}))), ""
    except KinoloopError as error:
        return None, str(error)


def _page(request: Request, form: BriefForm, name: str = "") -> NewVideoPage:
    if form.refining:
        lead = "The storyboard is made anew from the changed brief; what was approved no longer holds."
        return NewVideoPage(frame_of(request, "Change the brief", "videos"), form, name, lead)
    lead = "Nothing is rendered before you have seen the storyboard with its prices and said yes to it."
    return NewVideoPage(frame_of(request, "New video", "videos"), form, "New video", lead)


def _form(
    request: Request, connection: Connection, who: User, client_id: str, video_id: str = ""
) -> BriefForm:
    proof = frame_of(request, "", "").csrf
    place = f"/videos/{video_id}/brief" if video_id else "/videos/new"
    material = uploaded_assets(connection, client_id=client_id or Brief.client_id)
    mine = [one for one in material if who.sees_all or one.owner == who.user_id]
    return BriefForm(
        values={},
        action=f"{place}?proof={proof}",
        proof=proof,
        submit="Make the storyboard again" if video_id else "Make the storyboard",
        clients=tuple(Pick(one.client_id, one.name) for one in clients(connection)),
        campaigns=tuple(Pick(one.campaign_id, one.name) for one in campaigns(connection)),
        assets=tuple(Pick(one.asset_id, one.name) for one in mine[:SHOWN]),
        footage=_footage(connection),
        refining=bool(video_id),
    )


def _footage(connection: Connection) -> tuple[Pick, ...]:
    cells = assets_grid(connection, status="ready", limit=SHOWN)
    return tuple(
        Pick(
            cell.asset.asset_id,
            cell.asset.filename,
            f"/media/assets/{cell.asset.asset_id}/thumbnail" if cell.asset.thumbnail_path else None,
        )
        for cell in cells
    )
