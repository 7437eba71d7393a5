"""Films and their jobs out of what is written down: the same for the look before and for the render."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from kinoloop.core.errors import IntegrityError
from kinoloop.core.ids import hash_json
from kinoloop.costs.rules import price_of, sold_seconds
from kinoloop.creative.brand.records import Brand
from kinoloop.creative.briefs.records import Brief, Shape
from kinoloop.creative.renders.records import SourceFacts
from kinoloop.creative.storyboards.records import Panel
from kinoloop.creative.videos.records import Video
from kinoloop.flows.make_video.film import Film, SceneFile
from kinoloop.flows.make_video.sound import SaidLine
from kinoloop.flows.make_video.sources import source_file
from kinoloop.flows.make_video.studio import Studio
from kinoloop.flows.make_video.versions import Version, crossfade_into, versions_of
from kinoloop.flows.make_video.visual import VisualJob
from kinoloop.media.ad.records import Samples
from kinoloop.media.music import music_bed
from kinoloop.store.blobs import Blobs

Json = dict[str, Any]


@dataclass(frozen=True)
class FilmJob:
    """Which film: a version's label and a shape; `number` of `total`, `main` for the one that is shown first.

    `lines` are the lines as they were said, `scenes` the files of generated scenes by scene id.
    """

    video_id: str
    label: str
    shape: Shape
    number: int
    total: int
    main: bool
    approval_sha256: str
    began: str
    parent: str
    lines: dict[str, Json]
    scenes: dict[str, str]


def versions_in(video: Video) -> tuple[Version, ...]:
    """The versions that the storyboard allows. Raises IntegrityError before there is one."""
    if video.script is None or video.storyboard is None:
        raise IntegrityError(f"'{video.name}' has no storyboard.", fix="Generate it again.")
    return versions_of(video.brief, video.script, video.storyboard)[0]


def film_of(
    studio: Studio,
    video: Video,
    brand: Brand,
    version: Version,
    shape: Shape,
    lines: Mapping[str, SaidLine],
    files: Mapping[str, SceneFile] | None = None,
) -> Film:
    """One version in one shape; without `files` it can be looked at, but not rendered."""
    return Film(
        brief=video.brief,
        brand=brand,
        version=version,
        shape=shape,
        files=files or {},
        lines=lines,
        music=None if files is None else music_for(video.brief, version),
        logo=None if brand.logo is None else studio.blobs.path(brand.logo),
        folder=studio.blobs.root,
        short_side=studio.short_side,
    )


def music_for(brief: Brief, version: Version) -> Path | Samples | None:
    """The brief's own file, a bed made for the film's length, or none."""
    if brief.silent:
        return None
    if brief.music_file is not None:
        return Path(brief.music_file)
    if brief.music == "none":
        return None
    return music_bed(brief.music, Fraction(version.duration_ms, 1000))


def scene_job(studio: Studio, video: Video, panel: Panel, hold_id: str) -> Json:
    """What a service is asked for one generated scene, as the payload of its run."""
    service = studio.service_of(video.brief)
    if service is None or panel.model is None:
        raise IntegrityError(f"Scene {panel.number} has no service to be made by.", fix="Refine it.")
    needed = Decimal(panel.duration_ms + crossfade_into(panel)) / 1000
    price = price_of(studio.prices, service, panel.model, "second", studio.clock.now().date())
    seconds, aspect = sold_seconds(price, needed), video.brief.shapes[0]
    frame = panel.image if panel.image is not None and studio.models_for(video.brief, service).image else None
    wish = [
        panel.model,
        panel.visual_prompt,
        panel.negative_prompt,
        seconds,
        aspect,
        panel.image_sha256 if frame else None,
    ]
    out = studio.blobs.video(video.video_id, f"scene-{panel.scene_id}-{hash_json(wish)[:12]}.mp4")
    return asdict(
        VisualJob(
            video_id=video.video_id,
            scene_id=panel.scene_id,
            scene=panel.number,
            kind="video",
            service=service,
            model=panel.model,
            prompt=panel.visual_prompt,
            negative_prompt=panel.negative_prompt,
            seconds=seconds,
            duration_ms=panel.duration_ms,
            aspect=aspect,
            image=frame,
            out=studio.blobs.relative(out),
            hold_id=hold_id,
        )
    )


def film_jobs(
    video: Video, versions: Sequence[Version], scenes: Mapping[str, str], payload: Json, parent: str
) -> list[Json]:
    """The films of these versions in every shape; the first is the one that is shown first."""
    wanted = [(version, shape) for version in versions for shape in video.brief.shapes]
    return [
        asdict(
            FilmJob(
                video_id=video.video_id,
                label=version.label,
                shape=shape,
                number=number,
                total=len(wanted),
                main=version.label == "A" and shape == video.brief.shapes[0],
                approval_sha256=payload["sha256"],
                began=payload["began"],
                parent=parent,
                lines={
                    p.line: payload["lines"][p.line] for p in version.panels if p.line in payload["lines"]
                },
                scenes={p.scene_id: scenes[p.scene_id] for p in version.panels if p.scene_id in scenes},
            )
        )
        for number, (version, shape) in enumerate(wanted, 1)
    ]


def source_facts(
    connection: Connection, versions: Sequence[Version], blobs: Blobs
) -> tuple[SourceFacts, ...]:
    """Size and length of the own footage that is shown, where it is known."""
    found = {}
    for panel in (panel for version in versions for panel in version.panels):
        if panel.footage is not None and panel.scene_id not in found:
            file, source = source_file(connection, panel.footage, blobs), panel.footage
            if file.width is not None and file.height is not None:
                lasts = source.end_ms - source.start_ms
                found[panel.scene_id] = SourceFacts(panel.number, file.width, file.height, lasts)
    return tuple(found.values())
