"""The first-party click endpoint: a redirect for ads, a pixel and a form post for landing pages. No script.

Everybody may call it, so it sends only to the tenant's own sites, counts per address, and keeps address,
device and a visitor cookie only where the request says `consent=1`. Bots and browsers that load ahead are no
clicks.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Any

import structlog
from anyio.to_thread import run_sync
from fastapi import APIRouter, Path, Request, Response
from starlette.responses import RedirectResponse

from kinoloop.core.clock import Clock
from kinoloop.core.errors import InputError, LimitError, NotFoundError
from kinoloop.core.ids import is_id, new_id
from kinoloop.learning.attribution.operations import track
from kinoloop.learning.attribution.queries import settings as settings_of
from kinoloop.learning.attribution.records import AttributionSettings
from kinoloop.web.api.shapes import Problem
from kinoloop.web.backstage import Backstage
from kinoloop.web.click_reading import Told, click_of, form_fields, is_person, landing, plain_target
from kinoloop.web.limits.operations import TooOftenError, use
from kinoloop.web.limits.rules import MINUTE, Limit
from kinoloop.web.stage import Now, Stage

router = APIRouter(prefix="/c", tags=["clicks"], responses={404: {"model": Problem}})
log = structlog.get_logger("kinoloop.web")
VISITOR_COOKIE = "kinoloop_visitor"
CLICKS = Limit("click", 120, MINUTE, "clicks from your address")
LONGEST_BODY = 8_000
PIXEL = bytes.fromhex(
    "47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b"
)
"""The smallest transparent GIF."""
Tenant = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,100}$")]
AdId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,100}$")]


@router.head("/{tenant}/{ad_id}", include_in_schema=False)
@router.get(
    "/{tenant}/{ad_id}",
    status_code=302,
    response_class=RedirectResponse,
    summary="Follow an ad: note the click, go to the landing page",
    responses={403: {"model": Problem}},
)
def follow(tenant: Tenant, ad_id: AdId, to: str, request: Request, stage: Stage, clock: Now) -> Response:
    """`to` must be a page of one of the tenant's sites. It is told the click's id as `kinoloop_click`.

    Who asks too often still arrives, but is not counted.
    """
    mine = _settings(stage, tenant)
    target = plain_target(to, mine.hosts)
    told = Told(ad_id, dict(request.query_params))
    try:
        click_id, visitor = _noted(stage, clock, mine, told, request, landing_page=target)
    except TooOftenError:
        log.warning("click_not_counted", tenant=tenant, ad_id=ad_id)
        click_id, visitor = None, None
    answer = RedirectResponse(landing(target, told.fields, click_id), 302)
    return _with_cookie(answer, stage, mine, visitor)


@router.get(
    "/{tenant}/{ad_id}/pixel.gif",
    summary="Note a visit to a landing page by an image",
    response_class=Response,
    responses={200: {"content": {"image/gif": {}}}, 429: {"model": Problem}},
)
def pixel(tenant: Tenant, ad_id: AdId, request: Request, stage: Stage, clock: Now) -> Response:
    """One transparent dot; the page's own address comes as the referrer."""
    mine = _settings(stage, tenant)
    told = Told(ad_id, dict(request.query_params))
    page = request.headers.get("referer")
    _, visitor = _noted(stage, clock, mine, told, request, landing_page=page)
    headers = {"cache-control": "no-store", "cross-origin-resource-policy": "cross-origin"}
    return _with_cookie(Response(PIXEL, media_type="image/gif", headers=headers), stage, mine, visitor)


@router.post(
    "/{tenant}",
    status_code=204,
    summary="Note a visit to a landing page by a form",
    responses={413: {"model": Problem}, 422: {"model": Problem}, 429: {"model": Problem}},
)
async def landed(tenant: Tenant, request: Request, stage: Stage, clock: Now) -> Response:
    """A form or a flat JSON object with `ad_id`, and what else the redirect takes; `landing_page_url`,
    `screen_width` ... too.
    """
    fields = _read(await _body(request))
    told = Told(fields.get("ad_id", ""), fields)
    return await run_sync(_landed, tenant, told, request, stage, clock)


def _landed(tenant: str, told: Told, request: Request, stage: Backstage, clock: Clock) -> Response:
    mine = _settings(stage, tenant)
    if not told.ad_id:
        raise InputError("There is no ad_id.", fix="Send the ad's id along.")
    page = told.fields.get("landing_page_url") or request.headers.get("referer")
    _, visitor = _noted(stage, clock, mine, told, request, landing_page=page)
    return _with_cookie(Response(status_code=204), stage, mine, visitor)


def _settings(stage: Backstage, tenant: str) -> AttributionSettings:
    """Only tenants that have named their sites are counted for."""
    with stage.database.read() as connection:
        mine = settings_of(connection, tenant)
    if not mine.hosts:
        raise NotFoundError("Nothing is counted here.", fix="Name the tenant's sites in its settings.")
    return mine


def _noted(
    stage: Backstage,
    clock: Clock,
    mine: AttributionSettings,
    told: Told,
    request: Request,
    *,
    landing_page: str | None,
) -> tuple[str | None, str | None]:
    """The click's id and the visitor's, None where there is none. Raises TooOftenError."""
    if not is_person(request.method, request.headers):
        return None, None
    address = request.client.host if request.client else ""
    visitor = _visitor(request) if told.consent else None
    now = clock.now()
    click = click_of(told, mine, request.headers, address, visitor, now=now, landing_page=landing_page)
    with stage.begin() as connection:
        use(connection, CLICKS, hashlib.sha256(address.encode()).hexdigest()[:32], now)
        kept = track(connection, click, now=now)
    return kept.click_id, visitor


def _visitor(request: Request) -> str:
    """The id in the cookie, a new one for a new visitor."""
    known = request.cookies.get(VISITOR_COOKIE, "")
    return known if is_id(known) else new_id()


def _with_cookie(
    answer: Response, stage: Backstage, mine: AttributionSettings, visitor: str | None
) -> Response:
    if visitor is not None:
        answer.set_cookie(
            VISITOR_COOKIE,
            visitor,
            max_age=int(max(mine.window, mine.matcher_window).total_seconds()),
            path="/c/",
            secure=stage.settings.secure_cookies,
            httponly=True,
            samesite="lax",
        )
    return answer


async def _body(request: Request) -> bytes:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LONGEST_BODY:
            raise LimitError("This is more than a visit tells.", fix=f"Send at most {LONGEST_BODY} bytes.")
    return body


def _read(body: bytes) -> Mapping[str, str]:
    """The fields of a form or a flat JSON object (also as plain text, which needs no preflight)."""
    if not body.lstrip().startswith(b"{"):
        return form_fields(body)
    try:
        told: Any = json.loads(body)
    except ValueError as error:
        raise InputError(
            "The body is no JSON.", why=str(error), fix="Send a form or a flat object."
        ) from error
    return {name: str(value) for name, value in told.items() if isinstance(value, str | int)}
