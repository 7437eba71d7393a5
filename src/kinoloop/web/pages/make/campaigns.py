"""Campaigns: all of them, a new one, and one with its videos; clients come into being beside them."""

from dataclasses import dataclass, field
from typing import ClassVar

from fastapi import APIRouter, Request
from sqlalchemy import Connection
from starlette.responses import Response

from kinoloop.core.errors import InputError
from kinoloop.core.ids import new_id
from kinoloop.creative.briefs.campaigns import HOUSE, Campaign
from kinoloop.creative.briefs.operations import create_campaign, ensure_client
from kinoloop.creative.briefs.queries import campaign, campaigns, clients
from kinoloop.creative.videos.queries import videos
from kinoloop.web.forms import Form, Posted, errors_of, lead_to, refilled
from kinoloop.web.pages.make.videos import VideoLine, lines_of
from kinoloop.web.render import Frame, frame_of, respond
from kinoloop.web.stage import Now, Stage, Who

router = APIRouter(include_in_schema=False)
SHOWN = 100


@dataclass(frozen=True)
class CampaignLine:
    campaign: Campaign
    client: str
    videos: int


@dataclass(frozen=True)
class CampaignForm:
    """A new campaign; `values` is what was typed."""

    template: ClassVar[str] = "make/parts/campaign_form.html"
    proof: str
    clients: tuple[tuple[str, str], ...]
    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class CampaignsPage:
    template: ClassVar[str] = "make/campaigns.html"
    frame: Frame
    lines: tuple[CampaignLine, ...]
    form: CampaignForm
    open: bool


@dataclass(frozen=True)
class CampaignPage:
    template: ClassVar[str] = "make/campaign.html"
    frame: Frame
    campaign: Campaign
    client: str
    lines: tuple[VideoLine, ...]


@router.get("/campaigns")
def campaigns_page(request: Request, stage: Stage, who: Who, new: bool = False) -> Response:
    with stage.database.read() as connection:
        page = _page(request, connection, who.own, CampaignForm("", ()), open_form=new)
    return respond(page)


@router.post("/campaigns")
def new_campaign(request: Request, stage: Stage, clock: Now, who: Who, form: Form) -> Response:
    try:
        made = _add(stage, clock, form)
    except InputError as error:
        values = {name: form.one(name) for name in form.fields}
        with stage.database.read() as connection:
            page = _page(
                request,
                connection,
                who.own,
                CampaignForm("", (), values, errors_of(error, ("name", "client_id", "client_name", "goal"))),
                open_form=True,
            )
        return refilled(request, page, page.form, "#campaign-form")
    return lead_to(request, f"/campaigns/{made}")


@router.get("/campaigns/{campaign_id}")
def campaign_page(campaign_id: str, request: Request, stage: Stage, clock: Now, who: Who) -> Response:
    with stage.database.read() as connection:
        found = campaign(connection, campaign_id)
        names = {one.client_id: one.name for one in clients(connection)}
        made = videos(connection, owner=who.own, campaign_id=campaign_id, limit=SHOWN)
    frame = frame_of(request, found.name, "campaigns")
    client = names.get(found.client_id, found.client_id)
    return respond(CampaignPage(frame, found, client, lines_of(made, clock)))


def _add(stage: Stage, clock: Now, form: Posted) -> str:
    name, client_id, client_name = form.one("name"), form.one("client_id", HOUSE), form.one("client_name")
    if not name:
        raise InputError("'name' is empty.", fix="Please give the campaign a name.")
    with stage.begin() as connection:
        if client_id == "new":
            if not client_name:
                raise InputError("'client_name' is empty.", fix="Please give the client a name.")
            client_id = ensure_client(connection, new_id(), name=client_name, now=clock.now()).client_id
        made = create_campaign(
            connection, client_id=client_id, name=name, goal=form.one("goal"), now=clock.now(), new_id=new_id
        )
    return made.campaign_id


def _page(
    request: Request, connection: Connection, owner: str | None, form: CampaignForm, *, open_form: bool
) -> CampaignsPage:
    frame = frame_of(request, "Campaigns", "campaigns")
    named = tuple((one.client_id, one.name) for one in clients(connection))
    names = dict(named)
    lines = tuple(
        CampaignLine(one, names.get(one.client_id, one.client_id), _count(connection, owner, one.campaign_id))
        for one in campaigns(connection)
    )
    whole = CampaignForm(frame.csrf, named, form.values, form.errors)
    return CampaignsPage(frame, lines, whole, open_form or not lines)


def _count(connection: Connection, owner: str | None, campaign_id: str) -> int:
    return len(videos(connection, owner=owner, campaign_id=campaign_id, limit=SHOWN))
