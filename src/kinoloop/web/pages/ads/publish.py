"""Making an ad of a finished film: the form, exactly what a yes would cover, the yes. The ad is made off."""

from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from kinoloop.core.errors import InputError, NotFoundError
from kinoloop.creative.renders.records import Variant
from kinoloop.creative.videos.records import Video
from kinoloop.delivery.accounts.queries import accounts
from kinoloop.delivery.accounts.records import AdAccount
from kinoloop.flows.publish_ads.places import Place
from kinoloop.web.ads.desk import Decider
from kinoloop.web.ads.publishing import Covered, covered_by
from kinoloop.web.backstage import Backstage
from kinoloop.web.forms import Form, Posted, errors_of, lead_to
from kinoloop.web.limits.gate import within
from kinoloop.web.limits.rules import APPROVE
from kinoloop.web.owned import owned_film
from kinoloop.web.pages.ads.publish_form import (
    FIELDS,
    PublishForm,
    Values,
    fresh_values,
    values_posted,
    wanting,
    wish_posted,
)
from kinoloop.web.pages.make.films import Film, film_of
from kinoloop.web.render import Frame, frame_of, respond
from kinoloop.web.stage import Stage, Who
from kinoloop.web.users.records import User

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class PublishPage:
    """The form, beside the film."""

    template: ClassVar[str] = "ads/publish.html"
    frame: Frame
    video: Video
    film: Film
    form: PublishForm


@dataclass(frozen=True)
class LookPage:
    """What a yes covers. `values` go along with it, so that the hash is reckoned from them once more."""

    template: ClassVar[str] = "ads/publish_look.html"
    frame: Frame
    video: Video
    film: Film
    covered: Covered
    values: Values
    here: str
    decides: bool


@router.get("/videos/{video_id}/ads/{variant_id}")
def publish_page(
    video_id: str, variant_id: str, request: Request, stage: Stage, who: Who, account: str = ""
) -> Response:
    video, variant = film_in(stage, who, video_id, variant_id)
    form = _form(request, stage, video, variant, account)
    page_id = stage.publishing.last_page(form.account.account_id) if form.account else ""
    return respond(_page(request, video, variant, form.wrong(fresh_values(video, variant, page_id), {})))


@router.post("/videos/{video_id}/ads/{variant_id}/look")
def look(video_id: str, variant_id: str, request: Request, stage: Stage, who: Who, form: Form) -> Response:
    """What the yes would cover; the form again, where something cannot be."""
    video, variant = film_in(stage, who, video_id, variant_id)
    missing = wanting(form, _places(stage, form))
    if missing:
        return _again(request, stage, video, variant, form, missing)
    try:
        wish = wish_posted(form)
        found = stage.publishing.look(variant_id, wish)
    except InputError as error:
        return _again(request, stage, video, variant, form, errors_of(error, FIELDS))
    return respond(
        LookPage(
            frame=frame_of(request, f"Make an ad of {video.name}", "videos"),
            video=video,
            film=film_of(video, variant),
            covered=covered_by(found, wish.into),
            values=values_posted(form),
            here=address(video_id, variant_id),
            decides=who.sees_all,
        )
    )


@router.post("/videos/{video_id}/ads/{variant_id}/edit")
def edit(video_id: str, variant_id: str, request: Request, stage: Stage, who: Who, form: Form) -> Response:
    """Back from the look to the form, with everything that was typed."""
    video, variant = film_in(stage, who, video_id, variant_id)
    return _again(request, stage, video, variant, form, {})


@router.post("/videos/{video_id}/ads/{variant_id}/approve", dependencies=[Depends(within(APPROVE))])
def approve(
    video_id: str, variant_id: str, request: Request, stage: Stage, who: Decider, form: Form
) -> Response:
    """A yes to exactly what was shown; leads to the run that makes the ad."""
    film_in(stage, who, video_id, variant_id)
    seen = form.one("sha256")
    if not seen:
        raise InputError("It is not told what was looked at.", fix="Go back and look at it again.")
    accepted = form.has("accept_degraded")
    run_id = stage.publishing.publish(
        variant_id, wish_posted(form), who=who.user_id, sha256=seen, accept_degraded=accepted
    )
    return lead_to(request, f"/runs/{run_id}")


def address(video_id: str, variant_id: str) -> str:
    """Where an ad is made of this film."""
    return f"/videos/{video_id}/ads/{variant_id}"


def film_in(stage: Backstage, who: User, video_id: str, variant_id: str) -> tuple[Video, Variant]:
    """The film, when this person may see it. Raises NotFoundError, ForbiddenError."""
    with stage.database.read() as connection:
        video, variant = owned_film(connection, who, variant_id)
    if video.video_id != video_id:
        raise NotFoundError("There is no such film.", fix="Open the video and choose one of its films.")
    return video, variant


def _places(stage: Backstage, form: Posted) -> tuple[Place, ...]:
    return stage.publishing.places(form.one("account_id"))


def _again(
    request: Request, stage: Backstage, video: Video, variant: Variant, form: Posted, errors: dict[str, str]
) -> Response:
    told = _form(request, stage, video, variant, form.one("account_id"))
    page = _page(request, video, variant, told.wrong(values_posted(form), errors))
    return respond(page, 422 if errors else 200)


def _page(request: Request, video: Video, variant: Variant, form: PublishForm) -> PublishPage:
    frame = frame_of(request, f"Make an ad of {video.name}", "videos")
    return PublishPage(frame, video, film_of(video, variant), form)


def _form(request: Request, stage: Backstage, video: Video, variant: Variant, chosen: str) -> PublishForm:
    with stage.database.read() as connection:
        mine = accounts(connection, tenant_id=stage.settings.tenant)
    able = tuple(one for one in mine if _writable(one))
    account = next((one for one in able if one.account_id == chosen), able[0] if able else None)
    return PublishForm(
        action=address(video.video_id, variant.variant_id),
        proof=frame_of(request, "", "").csrf,
        values={},
        account=account,
        open_accounts=able,
        closed=tuple(one for one in mine if not _writable(one)),
        places=stage.publishing.places(account.account_id) if account else (),
    )


def _writable(account: AdAccount) -> bool:
    return account.killed_at is None and account.authority != "off"
