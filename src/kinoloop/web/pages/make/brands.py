"""What a client stands for: voice, style, colours, logo, and what may not be said or shown."""

from dataclasses import dataclass, field, replace
from typing import Annotated, Any, ClassVar

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Header, Request
from sqlalchemy import Connection
from starlette.responses import FileResponse, Response

from kinoloop.core.clock import Clock
from kinoloop.core.errors import InputError
from kinoloop.creative.brand.colours import hex_colour
from kinoloop.creative.brand.operations import save_brand
from kinoloop.creative.brand.queries import brand
from kinoloop.creative.brand.records import Brand
from kinoloop.creative.brand.rules import check_brand
from kinoloop.creative.briefs.campaigns import HOUSE
from kinoloop.creative.briefs.queries import client, clients
from kinoloop.web.api.media import media_file
from kinoloop.web.api.v2.uploads import take_material
from kinoloop.web.backstage import Backstage
from kinoloop.web.forms import Form, errors_of, lead_to, refilled
from kinoloop.web.limits.gate import within
from kinoloop.web.limits.rules import UPLOAD
from kinoloop.web.render import Frame, frame_of, respond
from kinoloop.web.stage import Now, Stage, Who
from kinoloop.web.words import plain

router = APIRouter(include_in_schema=False)
LINES = ("forbidden_elements", "key_messages", "do_not_mention")


@dataclass(frozen=True)
class BrandForm:
    """The form as it stands: `values` is what was typed, lists as lines."""

    template: ClassVar[str] = "make/parts/brand_form.html"
    client_id: str
    proof: str
    values: dict[str, str]
    swatches: tuple[str, ...]
    logo: str | None
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class BrandPage:
    template: ClassVar[str] = "make/brand.html"
    frame: Frame
    form: BrandForm
    name: str
    clients: tuple[tuple[str, str], ...]
    saved: bool


@router.get("/brands")
def brands(request: Request, stage: Stage, client_id: str = HOUSE, saved: bool = False) -> Response:
    return respond(_page(request, stage, client_id, saved=saved))


@router.post("/brands/{client_id}")
def save(client_id: str, request: Request, stage: Stage, clock: Now, form: Form) -> Response:
    with stage.database.read() as connection:
        known_client(connection, client_id)
        old = brand(connection, client_id)
    values: dict[str, Any] = {name: form.one(name) for name in ("name", "voice", "visual_style")}
    values |= {name: form.lines(name) for name in LINES}
    try:
        values["palette"] = _colours(form.listed("palette"))
        made = check_brand(replace(old, **values))
        with stage.begin() as connection:
            save_brand(connection, made, now=clock.now())
    except InputError as error:
        page = _page(request, stage, client_id)
        typed = {name: form.one(name) for name in page.form.values}
        part = replace(page.form, values=typed, errors=errors_of(error, page.form.values))
        return refilled(request, replace(page, form=part), part, "#brand")
    return lead_to(request, f"/brands?client_id={client_id}&saved=true")


@router.post("/brands/{client_id}/logo", dependencies=[Depends(within(UPLOAD))])
async def save_logo(
    client_id: str,
    request: Request,
    stage: Stage,
    clock: Now,
    who: Who,
    content_length: Annotated[int | None, Header()] = None,
) -> Response:
    """A png or jpg, looked at like any upload."""
    asset = await take_material(request, stage, clock, who, content_length)
    if asset.kind != "image":
        raise InputError("A logo is a picture.", why="A film was sent.", fix="Send a png or jpg.")
    await run_sync(_use_logo, stage, clock, client_id, asset.path)
    return lead_to(request, f"/brands?client_id={client_id}&saved=true")


@router.get("/brands/{client_id}/logo")
def logo(client_id: str, stage: Stage) -> FileResponse:
    with stage.database.read() as connection:
        path = brand(connection, client_id).logo
    return media_file(stage, path, "logo")


def _page(request: Request, stage: Stage, client_id: str, *, saved: bool = False) -> BrandPage:
    with stage.database.read() as connection:
        known_client(connection, client_id)
        known = brand(connection, client_id)
        named = tuple((one.client_id, one.name) for one in clients(connection))
    name = dict(named).get(client_id) or known.name or plain(client_id)
    frame = frame_of(request, "Brand", "brands")
    logo_url = f"/brands/{client_id}/logo?v={known.logo.rpartition('/')[2]}" if known.logo else None
    form = BrandForm(client_id, frame.csrf, _values(known), known.palette, logo_url)
    return BrandPage(frame, form, name, named or ((client_id, name),), saved)


def _colours(said: tuple[str, ...]) -> tuple[str, ...]:
    try:
        return tuple(hex_colour(one) for one in said)
    except InputError as error:
        raise InputError(
            f"'palette' has a wrong colour. {error.what}", why=error.why, fix=error.fix
        ) from None


def _use_logo(stage: Backstage, clock: Clock, client_id: str, path: str) -> None:
    with stage.begin() as connection:
        known_client(connection, client_id)
        save_brand(connection, replace(brand(connection, client_id), logo=path), now=clock.now())


def known_client(connection: Connection, client_id: str) -> None:
    """Raises NotFoundError for a client that is not there; the house always is."""
    if client_id != HOUSE:
        client(connection, client_id)


def _values(known: Brand) -> dict[str, str]:
    values = {"name": known.name, "voice": known.voice, "visual_style": known.visual_style}
    values |= {name: "\n".join(getattr(known, name)) for name in LINES}
    return values | {"palette": ", ".join(known.palette)}
