"""One version in one shape: frame its scenes, render, look at the file, and only then put it in its place.

A child run of its own. A film that the gate blocks is a result with its findings, not a file.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from kinoloop.core.errors import CancelledError, IntegrityError, KinoloopError
from kinoloop.core.files import whole_file
from kinoloop.core.ids import hash_file, hash_json
from kinoloop.core.timecode import Span
from kinoloop.creative.brand.queries import brand as read_brand
from kinoloop.creative.briefs.records import Shape
from kinoloop.creative.renders import operations as renders
from kinoloop.creative.renders.records import Variant, Verdict
from kinoloop.creative.storyboards.records import Panel
from kinoloop.creative.videos.queries import video as read_video
from kinoloop.creative.videos.records import Video
from kinoloop.flows.crops import crop_from, crop_json
from kinoloop.flows.make_video.beat import Beat
from kinoloop.flows.make_video.checks import judge_film
from kinoloop.flows.make_video.film import Film, SceneFile, size_of
from kinoloop.flows.make_video.filming import FilmJob, film_of, versions_in
from kinoloop.flows.make_video.sound import SaidLine
from kinoloop.flows.make_video.sources import source_file
from kinoloop.flows.make_video.studio import Studio
from kinoloop.flows.make_video.versions import Version
from kinoloop.flows.order import ASPECTS
from kinoloop.media.ad.work import MAKE_AD
from kinoloop.media.cards import draw_card
from kinoloop.media.exports import export
from kinoloop.media.gate.records import Measured
from kinoloop.media.guard import guarded
from kinoloop.media.records import Artefact
from kinoloop.media.subtitles import write_srt, write_vtt
from kinoloop.runs.flow import Flow, Run
from kinoloop.runs.step import Step

NAME = "make_film"
Json = dict[str, Any]


@dataclass(frozen=True)
class MakeFilm:
    """The child journey with its tools."""

    studio: Studio

    def flow(self) -> Flow:
        return Flow(NAME, "media", self.body, _title, ("frame", "render", "check"))

    def body(self, run: Run, payload: Json) -> Json:
        """`{"variant_id", "path"}` or `{"error"}`, both with the label and shape."""
        known = {"label": payload["label"], "shape": payload["shape"]}
        try:
            framed = run.step("frame", self.frame, payload, retries=1)
            made = run.step("render", self.render, payload | framed, retries=1)
            kept = run.step("check", self.check, payload | framed | made, retries=1)
            if "error" in kept or len(kept["exports"]) == 0:
                return known | kept
            run.step("export", self.exports, payload | kept, retries=1)
            return known | kept
        except CancelledError:
            raise
        except KinoloopError as error:
            return known | {"error": error.as_dict()}

    def frame(self, step: Step, payload: Json) -> Json:
        """Where the frame looks in each scene, and cards in this shape."""
        job, beat = self._job(payload), self._beat(step, payload)
        video, version = self._version(step, job)
        files: dict[str, Json] = {}
        for number, panel in enumerate(version.panels):
            beat.progress(number, 4 * len(version.panels), f"{job.label} {job.shape}: framing")
            files[panel.scene_id] = self._file(step, job, video, panel)
        return {"files": files}

    def render(self, step: Step, payload: Json) -> Json:
        """The film under a passing name: it gets its own only after the check."""
        job, film = self._job(payload), self._film(step, payload)
        out = self._making(job)
        made: Artefact = guarded(
            MAKE_AD,
            film.plan(),
            out,
            self.studio.tools.encoder,
            self.studio.tools.cache,
            limits=self.studio.tools.limits,
            watch=self._beat(step, payload),
        )
        return {"sha256": made.sha256, "notes": list(made.notes)}

    def check(self, step: Step, payload: Json) -> Json:
        """Decode it again, judge it; in place with its subtitles when it passes, gone when it does not."""
        job, film = self._job(payload), self._film(step, payload)
        out, final = self._making(job), self._final(job)
        if not out.is_file() and final.is_file() and hash_file(final) == payload["sha256"]:
            out = final  # this step ended before: the file is in its place already
        measured, verdict = judge_film(out, film, self.studio.tools, self._beat(step, payload))
        if verdict.status == "blocked":
            out.unlink()
            return {"error": _blocked(job, verdict), "findings": [one.message for one in verdict.findings]}
        out.replace(final)
        variant = self._kept(job, film, final, measured, verdict)
        with step.begin() as connection:
            kept = renders.record_variant(connection, variant)
        others = [kind for kind in film.brief.exports if kind != "mp4"]
        return {
            "variant_id": kept.variant_id,
            "path": kept.path,
            "verdict": verdict.status,
            "exports": others,
        }

    def exports(self, step: Step, payload: Json) -> Json:
        """The other formats that the brief wants, beside the film."""
        master = self.studio.blobs.path(payload["path"])
        made = []
        for kind in payload["exports"]:
            export(master, master.with_suffix(f".{kind}"), kind, watch=step)
            made.append(kind)
        return {"made": made}

    def _kept(self, job: FilmJob, film: Film, final: Path, seen: Measured, verdict: Verdict) -> Variant:
        srt, vtt, cues = final.with_suffix(".srt"), final.with_suffix(".vtt"), film.cues()
        if cues:
            write_srt(cues, srt)
            write_vtt(cues, vtt)
        picture = final.with_suffix(".jpg")
        args = (final, seen.duration / 3, picture, 480)
        guarded("kinoloop.media.sheet:thumbnail", *args, limits=self.studio.tools.limits)
        relative = self.studio.blobs.relative
        return Variant(
            variant_id=self.studio.new_id(),
            video_id=job.video_id,
            run_id=job.parent,
            label=job.label,
            element=film.version.element,
            shape=job.shape,
            path=relative(final),
            srt_path=relative(srt) if cues else None,
            vtt_path=relative(vtt) if cues else None,
            thumbnail_path=relative(picture),
            width=seen.width,
            height=seen.height,
            duration_ms=round(seen.duration * 1000),
            size_bytes=seen.size_bytes,
            sha256=hash_file(final),
            lufs=seen.integrated,
            verdict=verdict,
            approval_sha256=job.approval_sha256,
        )

    def _file(self, step: Step, job: FilmJob, video: Video, panel: Panel) -> Json:
        """Path, crop and hash of what a panel shows, in this shape."""
        if panel.kind == "card":
            return {"path": str(self._card(step, job, video, panel)), "still": True}
        if panel.footage is not None:
            with step.begin() as connection:
                source = source_file(connection, panel.footage, self.studio.blobs)
            span = Span(Fraction(panel.footage.start_ms, 1000), Fraction(panel.footage.end_ms, 1000))
            found: Json = {"path": str(source.path), "sha256": source.sha256, "still": source.still}
            if source.still:
                return found
        else:
            path = self.studio.blobs.path(job.scenes[panel.scene_id])
            span = Span(Fraction(0), Fraction(panel.duration_ms, 1000))
            found = {"path": str(path), "sha256": hash_file(path), "still": False}
        return found | {"crop": self._crop(step, found, span, job.shape)}

    def _crop(self, step: Step, file: Json, span: Span, shape: Shape) -> Json:
        """Looked for once per stretch and shape: every version shares it."""
        key = hash_json([file["sha256"], str(span.start), str(span.end), shape])
        kept = self.studio.blobs.cache("crops") / f"{key}.json"
        if kept.is_file():
            known: Json = json.loads(kept.read_text())
            return known
        args = (Path(file["path"]).resolve(), (span,), ASPECTS[shape], ())
        paths = guarded("kinoloop.media.work:plan_crops", *args, limits=self.studio.tools.limits, watch=step)
        found = crop_json(paths[0])
        with whole_file(kept) as part:
            part.write_text(json.dumps(found))
        return found

    def _card(self, step: Step, job: FilmJob, video: Video, panel: Panel) -> Path:
        with step.begin() as connection:
            brand = read_brand(connection, video.client_id)
        width, height = size_of(job.shape, self.studio.short_side)
        name = hash_json([panel.line, panel.super_text, brand.palette, brand.logo, width, height])[:12]
        out = self.studio.blobs.video(job.video_id, f"card-{name}.png")
        logo = None if brand.logo is None else self.studio.blobs.path(brand.logo)
        title = panel.super_text or panel.line
        small = brand.name or video.brief.product.partition(":")[0]
        return draw_card(
            out, width=width, height=height, title=title, small=small, palette=brand.palette, logo=logo
        )

    def _film(self, step: Step, payload: Json) -> Film:
        job = self._job(payload)
        video, version = self._version(step, job)
        with step.begin() as connection:
            brand = read_brand(connection, video.client_id)
        files = {scene: _scene_file(value) for scene, value in payload["files"].items()}
        lines = {text: SaidLine.from_json(value) for text, value in job.lines.items()}
        return film_of(self.studio, video, brand, version, job.shape, lines, files)

    def _version(self, step: Step, job: FilmJob) -> tuple[Video, Version]:
        with step.begin() as connection:
            video = read_video(connection, job.video_id)
        return video, next(version for version in versions_in(video) if version.label == job.label)

    def _job(self, payload: Json) -> FilmJob:
        return FilmJob(**{name: payload[name] for name in FilmJob.__dataclass_fields__})

    def _beat(self, step: Step, payload: Json) -> Beat:
        job = self._job(payload)
        return Beat(
            step,
            self.studio.clock,
            job.video_id,
            "composing",
            datetime.fromisoformat(job.began),
            done=job.number - 1,
            total=job.total,
        )

    def _making(self, job: FilmJob) -> Path:
        return self._final(job).with_name(f"making-{job.label}-{job.shape.replace(':', 'x')}.mp4")

    def _final(self, job: FilmJob) -> Path:
        """`final.mp4` for the film that is shown first, as the founding documents name it."""
        name = "final.mp4" if job.main else f"{job.label}-{job.shape.replace(':', 'x')}.mp4"
        return self.studio.blobs.video(job.video_id, name)


def _title(payload: Json) -> str:
    return f"Film {payload['label']} in {payload['shape']}"


def _scene_file(value: Json) -> SceneFile:
    crop = value.get("crop")
    return SceneFile(
        path=Path(value["path"]),
        still=value["still"],
        crop=None if crop is None else crop_from(crop),
        sha256=value.get("sha256"),
    )


def _blocked(job: FilmJob, verdict: Verdict) -> Json:
    worst = next(one for one in verdict.findings if one.severity == "blocked")
    return IntegrityError(
        f"The film {job.label} in {job.shape} did not pass the gate: {worst.message}",
        why=" ".join(one.message for one in verdict.findings if one is not worst)[:600],
        fix=worst.fix or "Refine the scene that is named, approve and render again.",
    ).as_dict()
