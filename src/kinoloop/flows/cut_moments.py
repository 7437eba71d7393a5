"""Clips of one piece of footage in six steps: download, transcribe, detect, reframe, cut, finalise.

Each clip is cut in a step of its own, so a run that dies goes on with the next one. A clip that fails leaves
the others: the run then ends partially completed, never completed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kinoloop.core.clock import Clock
from kinoloop.core.errors import CancelledError, IntegrityError, KinoloopError, NotFoundError
from kinoloop.core.ids import NewId, hash_file
from kinoloop.core.text import plural
from kinoloop.core.timecode import Span
from kinoloop.flows.clipping import clip_name, crops_for, make_clip
from kinoloop.flows.crops import crop_from, crop_json
from kinoloop.flows.ingest_footage import IngestFootage
from kinoloop.flows.looking import Look, moments_in, probe_file, words_of
from kinoloop.flows.order import ClipOrder
from kinoloop.flows.tools import Tools
from kinoloop.footage.clips import operations as clips
from kinoloop.footage.intake import operations as intake
from kinoloop.footage.intake.folders import look_at
from kinoloop.footage.intake.queries import asset as read_asset
from kinoloop.footage.intake.queries import transcript as read_transcript
from kinoloop.footage.intake.records import Asset
from kinoloop.footage.moments import operations as moments
from kinoloop.footage.moments.operations import SAME_MOMENT
from kinoloop.footage.moments.queries import moment as read_moment
from kinoloop.footage.moments.records import Found, Moment
from kinoloop.media.records import Analysis
from kinoloop.media.tracks import load_analysis
from kinoloop.media.work import ClipJob
from kinoloop.runs.flow import Flow, Run
from kinoloop.runs.step import Step
from kinoloop.store.blobs import Blobs

NAME = "cut_moments"
STEPS = ("download", "transcribe", "detect", "reframe", "cut", "finalise")
Json = dict[str, Any]
Fetch = Callable[[str, Path, Step], Path]


@dataclass(frozen=True)
class CutMoments:
    """The journey with its tools. `fetch` downloads a link into a folder."""

    tools: Tools
    ingest: IngestFootage
    blobs: Blobs
    fetch: Fetch
    clock: Clock
    new_id: NewId

    def flow(self) -> Flow:
        return Flow(NAME, "media", self.body, lambda payload: f"Clips of {payload['title']}", STEPS)

    def body(self, run: Run, payload: Json) -> Json:
        """`payload`: title, order, and either asset_id (with moment_ids, to export these) or url."""
        known = payload | run.step("download", self.download, payload, retries=2, backoff=5)
        known = known | self._prepare(run, known)
        run.step("transcribe", self.transcribe, known, retries=1)
        chosen = run.step("detect", self.detect, known, retries=1)
        if not chosen["moment_ids"]:
            return run.step("finalise", self.finalise, known | {"made": [], "notes": chosen["notes"]})
        work = known | {"moment_ids": chosen["moment_ids"]}
        crops = run.step("reframe", self.reframe, work, retries=1)
        made, failed = [], []
        for number, moment_id in enumerate(work["moment_ids"], 1):
            one = work | {"moment_id": moment_id, "number": number, "crop": crops["crops"][number - 1]}
            try:
                made.append(run.step(f"cut {number} of {len(work['moment_ids'])}", self.cut, one, retries=1))
            except CancelledError:
                raise
            except KinoloopError as error:
                failed.append(error)
        if not made:
            raise failed[0]
        if failed:
            run.partially(f"{plural(len(failed), 'clip')} could not be made: {failed[0]}")
        return run.step("finalise", self.finalise, known | {"made": made, "notes": chosen["notes"]})

    def _prepare(self, run: Run, known: Json) -> Json:
        """Footage never analysed is analysed first; if that fails, moments pass through, labelled so."""
        if known["ready"]:
            return {"analysis_failed": None}
        try:
            self.ingest.body(run, known)
        except CancelledError:
            raise
        except KinoloopError as error:
            return {"analysis_failed": f"analysis failed: {error.what} {error.why}".strip()}
        return {"analysis_failed": None}

    def download(self, step: Step, payload: Json) -> Json:
        """The footage at hand: fetched from its link and registered, or the asset's own file, still there."""
        asset_id = payload.get("asset_id") or self._fetched(step, payload["url"])
        asset = self._asset(step, {"asset_id": asset_id})
        if not Path(asset.path).is_file():
            raise NotFoundError(
                f"The footage file {asset.path} is gone.",
                why="It was moved or deleted since it came in.",
                fix="Put it back, or ingest it from its new place: the same content is recognised.",
            )
        return {"asset_id": asset_id, "filename": asset.filename, "ready": asset.status == "ready"}

    def _fetched(self, step: Step, url: str) -> str | None:
        file = self.fetch(url, self.blobs.upload(step.run_id, "link", ".part").parent, step)
        seen = look_at(file, [file.parent])
        with step.begin() as connection:
            now = self.clock.now()
            return intake.register(connection, seen, source=url, now=now, new_id=self.new_id).asset_id

    def transcribe(self, step: Step, payload: Json) -> Json:
        """The words, kept with the asset; without any, the reason."""
        asset = self._asset(step, payload)
        with step.begin() as connection:
            known = read_transcript(connection, asset.asset_id)
        if known is not None:
            return {"words": len(known.words), "source": known.source}
        words, notes = words_of(Path(asset.path), None, self.tools, step)
        if words is None:
            return {"words": None, "reason": " ".join(notes)}
        with step.begin() as connection:
            intake.keep_transcript(connection, asset.asset_id, words)
        return {"words": len(words.words), "source": words.source}

    def detect(self, step: Step, payload: Json) -> Json:
        """Moments from all the evidence; those already chosen by a person are taken as they are."""
        if payload.get("moment_ids"):
            return {"moment_ids": payload["moment_ids"], "notes": []}
        began = self.clock.now()
        asset, order = self._asset(step, payload), ClipOrder.from_json(payload["order"])
        look = self._look(step, asset, payload["analysis_failed"])
        found = moments_in(look, order, self.tools)
        with step.begin() as connection:
            kept = moments.replace_proposed(
                connection,
                asset.asset_id,
                found.moments,
                mode=order.request().mode,
                run_id=step.run_id,
                now=began,
                ids=self.new_id,
            )
            taken = (self.clock.now() - began).total_seconds()
            step.event(
                "moment_detection_performance",
                f"Detected {plural(len(kept), 'moment')} in {taken:.2f} s",
                processing_duration=taken,
                moments_detected=len(kept),
                video_duration=float(look.info.duration),
                ai_analysis_used=self.tools.chooser is not None,
                efficiency_ratio=len(kept) / taken if taken else None,
                passthrough=found.passthrough,
            )
        chosen = sorted(wanted(kept, found.moments), key=lambda moment: moment.span)
        return {"moment_ids": [moment.moment_id for moment in chosen], "notes": list(found.notes)}

    def reframe(self, step: Step, payload: Json) -> Json:
        """Where the frame looks during each moment."""
        asset, order = self._asset(step, payload), ClipOrder.from_json(payload["order"])
        spans = [self._span(step, moment_id) for moment_id in payload["moment_ids"]]
        analysis = self._analysis(asset)
        shots = analysis.shots() if analysis else ()
        paths = crops_for(Path(asset.path), spans, order, shots, self.tools, step)
        return {"crops": [None if path is None else crop_json(path) for path in paths]}

    def cut(self, step: Step, payload: Json) -> Json:
        """One clip: rendered, decoded again, checked, and only then written down."""
        asset, order = self._asset(step, payload), ClipOrder.from_json(payload["order"])
        span = self._span(step, payload["moment_id"])
        with step.begin() as connection:
            words = read_transcript(connection, asset.asset_id)
        name = clip_name("clip", payload["number"], order)
        job = ClipJob(
            source=Path(asset.path),
            sha256=asset.sha256 or "",
            span=span,
            aspect=order.ratio,
            height=order.pixels_high,
            style=order.style,
            out=self.blobs.video(step.run_id, name),
            words=words,
            crop=None if payload["crop"] is None else crop_from(payload["crop"]),
        )
        artefact, files = make_clip(job, self.tools, step)
        with step.begin() as connection:
            made = clips.record_clip(
                connection,
                replace(artefact, path=Path(self.blobs.relative(files.video))),
                asset_id=asset.asset_id,
                moment_id=payload["moment_id"],
                run_id=step.run_id,
                span=span,
                aspect=order.aspect,
                srt_path=self._kept(files.srt),
                vtt_path=self._kept(files.vtt),
                thumbnail_path=self._kept(files.thumbnail),
                now=self.clock.now(),
                new_id=self.new_id,
            )
        return {
            "clip_file_id": made.clip_file_id,
            "path": self.blobs.relative(files.video),
            "sha256": artefact.sha256,
            "notes": list(artefact.notes),
        }

    def finalise(self, step: Step, payload: Json) -> Json:
        """Look once more that every clip lies there as it was checked, and say what was made."""
        for made in payload["made"]:
            path = self.blobs.path(made["path"])
            if not path.is_file() or hash_file(path) != made["sha256"]:
                raise IntegrityError(
                    f"The clip {path} is not as it was made.",
                    why="It was changed or removed while the run went on.",
                    fix="Retry the run.",
                )
        notes = list(
            dict.fromkeys([*payload["notes"], *(n for made in payload["made"] for n in made["notes"])])
        )
        step.event("clips_made", plural(len(payload["made"]), "clip"), notes=notes)
        return {"clips": payload["made"], "notes": notes, "asset_id": payload["asset_id"]}

    def _look(self, step: Step, asset: Asset, failed: str | None) -> Look:
        """What is known of the asset, and in words what is not."""
        with step.begin() as connection:
            words = read_transcript(connection, asset.asset_id)
        notes = (*((failed,) if failed else ()), *(() if words else ("no transcript",)))
        info = probe_file(Path(asset.path), self.tools)
        return Look(Path(asset.path), info, self._analysis(asset), words, notes)

    def _analysis(self, asset: Asset) -> Analysis | None:
        path = self.ingest.tracks(asset.asset_id)
        return load_analysis(path) if path.is_file() else None

    def _kept(self, path: Path | None) -> Path | None:
        return None if path is None else Path(self.blobs.relative(path))

    def _span(self, step: Step, moment_id: str) -> Span:
        with step.begin() as connection:
            return read_moment(connection, moment_id).span

    def _asset(self, step: Step, payload: Json) -> Asset:
        with step.begin() as connection:
            return read_asset(connection, payload["asset_id"])


def wanted(stored: Sequence[Moment], found: Sequence[Found]) -> list[Moment]:
    """The stored moments that stand for what was found now; those that a person rejected stay out."""
    return [
        moment
        for moment in stored
        if moment.status != "rejected"
        and any((moment.proposed_span or moment.span).iou(one.span) >= SAME_MOMENT for one in found)
    ]
