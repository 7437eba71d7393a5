"""A picture for each panel of the storyboard: from footage, ordered from a service, or drawn as a card."""

from dataclasses import asdict, replace
from fractions import Fraction
from pathlib import Path

from PIL import Image, ImageOps

from kinoloop.core.files import whole_file
from kinoloop.core.ids import hash_file, hash_json
from kinoloop.creative.brand.records import Brand
from kinoloop.creative.storyboards.records import FootageSource, Panel
from kinoloop.creative.videos.records import Video
from kinoloop.flows.make_video.film import size_of
from kinoloop.flows.make_video.sources import source_file
from kinoloop.flows.make_video.studio import Studio
from kinoloop.flows.make_video.visual import Json, VisualJob
from kinoloop.media.cards import draw_card
from kinoloop.media.guard import guarded
from kinoloop.runs.step import Step

PICTURE_WIDTH = 480
CARD_SIDE = 720


def draw_panel(step: Step, studio: Studio, video: Video, brand: Brand, panel: Panel) -> Panel:
    """The panel with a picture that costs nothing; one from a service takes its place later."""
    if panel.footage is not None:
        out = _from_footage(step, studio, video, panel, panel.footage)
    else:
        out = _card(studio, video, brand, panel)
    return replace(panel, image=studio.blobs.relative(out), image_sha256=hash_file(out))


def picture_job(studio: Studio, video: Video, panel: Panel, hold_id: str) -> Json | None:
    """What a service is asked for the panel's picture; None where none is generated."""
    service = studio.service_of(video.brief)
    if panel.kind != "generated" or service is None:
        return None
    model = studio.models_for(video.brief, service).image
    if model is None:
        return None
    wish = hash_json([model, panel.visual_prompt, panel.negative_prompt, video.brief.shapes[0]])[:12]
    out = studio.blobs.storyboard(video.video_id, f"scene-{panel.scene_id}-{wish}.png")
    return asdict(
        VisualJob(
            video_id=video.video_id,
            scene_id=panel.scene_id,
            scene=panel.number,
            kind="image",
            service=service,
            model=model,
            prompt=panel.visual_prompt,
            negative_prompt=panel.negative_prompt,
            seconds=0,
            duration_ms=0,
            aspect=video.brief.shapes[0],
            image=None,
            out=studio.blobs.relative(out),
            hold_id=hold_id,
        )
    )


def _from_footage(step: Step, studio: Studio, video: Video, panel: Panel, source: FootageSource) -> Path:
    """The picture in the middle of the stretch that will be shown."""
    with step.begin() as connection:
        file = source_file(connection, source, studio.blobs)
    middle = (source.start_ms + source.end_ms) // 2
    name = f"scene-{panel.scene_id}-{hash_json([file.sha256, 0 if file.still else middle])[:12]}.jpg"
    out = studio.blobs.storyboard(video.video_id, name)
    if file.still:
        shrink(file.path, out, PICTURE_WIDTH)
    elif not out.is_file():
        args = (file.path.resolve(), Fraction(middle, 1000), out, PICTURE_WIDTH)
        guarded("kinoloop.media.sheet:thumbnail", *args, limits=studio.tools.limits)
    return out


def shrink(picture: Path, out: Path, width: int) -> None:
    """A small JPEG of an uploaded picture, upright."""
    with Image.open(picture) as image, whole_file(out) as part:
        upright = ImageOps.exif_transpose(image).convert("RGB")
        upright.thumbnail((width, width * 3))
        upright.save(part, "JPEG", quality=86)


def _card(studio: Studio, video: Video, brand: Brand, panel: Panel) -> Path:
    """What the text card will look like; for a scene to be generated, what it is to show."""
    title = panel.line if panel.kind == "card" else panel.description
    small = "" if panel.kind == "card" else "to be generated"
    logo = None if brand.logo is None else studio.blobs.path(brand.logo)
    name = f"scene-{panel.scene_id}-{hash_json([title, small, brand.palette, brand.logo])[:12]}.png"
    out = studio.blobs.storyboard(video.video_id, name)
    width, height = size_of(video.brief.shapes[0], CARD_SIDE)
    return draw_card(
        out, width=width, height=height, title=title, small=small, palette=brand.palette, logo=logo
    )
