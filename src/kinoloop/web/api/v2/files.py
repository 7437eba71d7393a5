"""The files of a video: films with ranges, their pictures and captions, other formats, pictures of panels."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.responses import FileResponse

from kinoloop.core.errors import NotFoundError
from kinoloop.creative.assets.queries import uploaded_asset
from kinoloop.creative.briefs.records import ExportFormat, Shape
from kinoloop.creative.renders.queries import variants
from kinoloop.creative.renders.records import Variant
from kinoloop.creative.videos.records import Video
from kinoloop.web.api.media import Download, media_file
from kinoloop.web.api.v2.speak import master_of
from kinoloop.web.api.v2.wishes import Quality
from kinoloop.web.backstage import Backstage
from kinoloop.web.owned import not_yours, owned_video
from kinoloop.web.sniff import plain_name
from kinoloop.web.stage import Stage, Who
from kinoloop.web.users.records import User

router = APIRouter(prefix="/api/v2", tags=["videos"])
SHORT_SIDE: dict[Quality, int | None] = {"low": 480, "medium": 720, "high": None}
"""Pixels of the shorter side of an export, as 854 x 480 lies down and 480 x 854 stands; None: as it is."""
Which = Annotated[str | None, Query(description="A variant_id; without it the master")]
WhichShape = Annotated[Shape | None, Query(alias="shape")]


@router.get("/jobs/{job_id}/data", summary="The finished film", response_class=FileResponse)
def film(
    job_id: str, stage: Stage, who: Who, variant: Which = None, shape: WhichShape = None,
    download: Download = False,
) -> FileResponse:  # fmt: skip
    """Takes ranges. 404 until there is one."""
    video, found = _variant(stage, who, job_id, variant, shape)
    return media_file(stage, found.path, _name(video, found, ".mp4"), download)


@router.get("/jobs/{job_id}/thumbnail", summary="Its picture", response_class=FileResponse)
def thumbnail(
    job_id: str, stage: Stage, who: Who, variant: Which = None, shape: WhichShape = None
) -> FileResponse:
    video, found = _variant(stage, who, job_id, variant, shape)
    return media_file(stage, found.thumbnail_path, _name(video, found, ".jpg"))


@router.get("/jobs/{job_id}/captions", summary="Its captions as a file", response_class=FileResponse)
def captions(
    job_id: str, stage: Stage, who: Who, variant: Which = None, kind: Literal["srt", "vtt"] = "vtt",
    download: Download = False,
) -> FileResponse:  # fmt: skip
    video, found = _variant(stage, who, job_id, variant, None)
    path = found.srt_path if kind == "srt" else found.vtt_path
    return media_file(stage, path, _name(video, found, f".{kind}"), download)


@router.get("/jobs/{job_id}/export", summary="Another format or size", response_class=FileResponse)
def export(
    job_id: str, stage: Stage, who: Who, variant: Which = None, shape: WhichShape = None,
    format: ExportFormat = "mp4",  # noqa: A002 - the word that the founding documents fix
    quality: Quality = "high",
) -> FileResponse:  # fmt: skip
    """Made when first asked for, whole or not at all, never stretched. `quality`: low 480, medium 720."""
    video, found = _variant(stage, who, job_id, variant, shape)
    made = stage.videos.export(found.variant_id, format, height_of(found, quality), who=who.user_id)
    return media_file(stage, str(made.resolve()), _name(video, found, f".{format}"), True)


@router.get(
    "/jobs/{job_id}/panels/{scene_id}/image", summary="The picture of a panel", response_class=FileResponse
)
def panel_picture(job_id: str, scene_id: str, stage: Stage, who: Who) -> FileResponse:
    with stage.database.read() as connection:
        board = owned_video(connection, who, job_id).storyboard
    panels = () if board is None else (*board.panels, *((board.opening,) if board.opening else ()))
    for panel in panels:
        if panel.scene_id == scene_id:
            return media_file(stage, panel.image, f"scene-{panel.number}")
    raise NotFoundError("There is no such scene.", fix="Look at the storyboard for its scenes.")


@router.get("/assets/{asset_id}", summary="An uploaded file", response_class=FileResponse)
def uploaded_file(asset_id: str, stage: Stage, who: Who, download: Download = False) -> FileResponse:
    with stage.database.read() as connection:
        asset = uploaded_asset(connection, asset_id)
    if not who.sees_all and asset.owner != who.user_id:
        raise not_yours("file")
    return media_file(stage, asset.path, asset.name, download)


def height_of(variant: Variant, quality: Quality) -> int | None:
    """The height of an export in that quality; None keeps it (also when it would have to grow)."""
    side = SHORT_SIDE[quality]
    short = min(variant.width, variant.height)
    if side is None or side >= short:
        return None
    return 2 * round(variant.height * side / short / 2)


def _variant(
    stage: Backstage, who: User, job_id: str, variant_id: str | None, shape: str | None
) -> tuple[Video, Variant]:
    with stage.database.read() as connection:
        video = owned_video(connection, who, job_id)
        made = variants(connection, job_id)
    fitting = [one for one in made if variant_id in (None, one.variant_id) and shape in (None, one.shape)]
    found = master_of(video, fitting)
    if found is None:
        raise NotFoundError(
            "There is no such film.",
            why=f"The video is '{video.status}' and has {len(made)} finished files.",
            fix="Wait until it is completed, or look at the job for its variations.",
        )
    return video, found


def _name(video: Video, variant: Variant, ending: str) -> str:
    stem, _ = plain_name(f"{video.name} {variant.label} {variant.shape.replace(':', 'x')}", ending)
    return f"{stem}{ending}"
