"""Footage comes in: analyse, illustrate, describe. A file that fails stays listed with its reason.

The asset row is registered before the run starts (see `app.compose`), so the caller has its id at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from sqlalchemy import Connection

from kinoloop.core.clock import Clock
from kinoloop.core.errors import KinoloopError
from kinoloop.core.ids import NewId
from kinoloop.core.text import plural
from kinoloop.flows.looking import analyse_to, faces_of, probe_file, words_of
from kinoloop.flows.tools import Tools
from kinoloop.footage.analysis import operations as shots
from kinoloop.footage.analysis.queries import library
from kinoloop.footage.analysis.records import Shot
from kinoloop.footage.analysis.rules.evidence import FileEvidence
from kinoloop.footage.analysis.rules.scoring import LOOK, Embeddings, score_shots
from kinoloop.footage.intake import operations as intake
from kinoloop.footage.intake import queries
from kinoloop.footage.intake.records import Asset
from kinoloop.footage.intake.summary import summarise
from kinoloop.footage.search import operations as search
from kinoloop.media.guard import guarded
from kinoloop.media.records import MediaInfo
from kinoloop.media.tracks import load_analysis
from kinoloop.media.work import SCRUB, THUMBNAIL, TRACKS, shot_picture
from kinoloop.runs.flow import Flow, Run
from kinoloop.runs.step import Step
from kinoloop.store.blobs import Blobs

NAME = "ingest_footage"
STEPS = ("analyse", "illustrate", "describe")
Json = dict[str, Any]


@dataclass(frozen=True)
class IngestFootage:
    """The journey with its tools. What is made of an asset lies under its id in `blobs`."""

    tools: Tools
    blobs: Blobs
    clock: Clock
    new_id: NewId

    def flow(self) -> Flow:
        return Flow(NAME, "media", self.body, lambda payload: f"Analyse {payload['filename']}", STEPS)

    def body(self, run: Run, payload: Json) -> Json:
        """`payload` names the asset. A failure is kept beside the asset, then ends the run."""
        try:
            run.step("analyse", self.analyse, payload, retries=1)
            run.step("illustrate", self.illustrate, payload, retries=1)
            return run.step("describe", self.describe, payload, retries=1)
        except KinoloopError as error:
            run.step("keep the reason", self.give_up, payload | {"error": error.as_dict()})
            raise

    def analyse(self, step: Step, payload: Json) -> Json:
        """One pass over the file; the tracks are kept beside the asset."""
        source = Path(self._asset(step, payload).path)
        analysis = analyse_to(source, self.tracks(payload["asset_id"]), "full", self.tools, step)
        return {"frames": analysis.frames, "shots": len(analysis.shots()), "reasons": analysis.reasons}

    def illustrate(self, step: Step, payload: Json) -> Json:
        """Thumbnail, scrub strip and one picture per shot; nothing for a file without picture."""
        source, folder = Path(self._asset(step, payload).path), self.tracks(payload["asset_id"]).parent
        analysis = load_analysis(self.tracks(payload["asset_id"]))
        if analysis.picture is None:
            return {"pictures": 0, "reason": analysis.reasons.get("picture", "no picture")}
        middles = tuple(shot.middle for shot in analysis.shots())
        args = (source, middles, folder)
        made: int = guarded("kinoloop.media.work:illustrate", *args, limits=self.tools.limits, watch=step)
        return {"pictures": made}

    def describe(self, step: Step, payload: Json) -> Json:
        """Words, features, scores and vectors of every shot, and the search index, in one transaction."""
        asset = self._asset(step, payload)
        source = Path(asset.path)
        info = probe_file(source, self.tools)
        words, notes = words_of(source, None, self.tools, step)
        analysis = load_analysis(self.tracks(payload["asset_id"]))
        faces, more = faces_of(source, info, self.tools, step)
        side = min(info.video.display_width, info.video.display_height) if info.video else None
        evidence = FileEvidence(analysis, words, faces, side)
        vectors = self._vectors(asset, evidence)
        step.progress(0.9, 1, "scoring shots")
        scored = self._scored(step, asset, evidence, vectors)
        with step.begin() as connection:
            if words is not None:
                intake.keep_transcript(connection, asset.asset_id, words)
            stored = shots.replace_shots(connection, asset.asset_id, scored, now=self.clock.now())
            search.index_asset(connection, asset.asset_id)
            self._mark_ready(connection, asset, info, evidence, (*notes, *more))
            step.event("asset_ready", f"{asset.filename}: {plural(len(stored), 'shot')}")
        return {"shots": len(stored), "best": max((s.composite for s in stored if s.composite), default=None)}

    def give_up(self, step: Step, payload: Json) -> Json:
        """Keep what happened, why and what to do beside the asset."""
        error = payload["error"]
        told = KinoloopError(error["what"], why=error["why"], fix=error["fix"])
        with step.begin() as connection:
            intake.mark_failed(connection, payload["asset_id"], told)
            step.event("asset_failed", f"{payload['filename']}: {told}", severity="error")
        return {}

    def _scored(
        self, step: Step, asset: Asset, evidence: FileEvidence, vectors: Embeddings | None
    ) -> tuple[Shot, ...]:
        with step.begin() as connection:
            held = library(connection, vectors.space if vectors else LOOK)
        with held.lock:
            others = held.others(asset.asset_id)
        return score_shots(
            asset.asset_id,
            evidence,
            new_id=self.new_id,
            embeddings=vectors,
            library=others,
            thumbnails=self._pictures(asset.asset_id, len(evidence.analysis.shots())),
        )

    def _mark_ready(
        self,
        connection: Connection,
        asset: Asset,
        info: MediaInfo,
        evidence: FileEvidence,
        notes: Sequence[str],
    ) -> None:
        folder = self.tracks(asset.asset_id).parent
        intake.mark_ready(
            connection,
            asset.asset_id,
            info,
            info=summarise(info, evidence.analysis, notes),
            analysis_path=self._kept(folder / TRACKS),
            scrub_path=self._kept(folder / SCRUB),
            thumbnail_path=self._kept(folder / THUMBNAIL),
        )

    def _vectors(self, asset: Asset, evidence: FileEvidence) -> Embeddings | None:
        """CLIP vectors of the pictures where weights are configured; None leaves the look descriptor."""
        embedder = self.tools.embedder
        if embedder is None:
            return None
        pictures = self._pictures(asset.asset_id, len(evidence.analysis.shots()))
        there = [self.blobs.path(picture) for picture in pictures if picture is not None]
        found = iter(embedder.frames([np.asarray(Image.open(path).convert("RGB")) for path in there]))
        return Embeddings(embedder.space, tuple(None if p is None else next(found) for p in pictures))

    def _pictures(self, asset_id: str, count: int) -> list[str | None]:
        folder = self.tracks(asset_id).parent
        kept = [self._kept(folder / shot_picture(number)) for number in range(count)]
        return [None if path is None else str(path) for path in kept]

    def _kept(self, path: Path) -> Path | None:
        """The path as the database keeps it, relative to the root; None where nothing was made."""
        return Path(self.blobs.relative(path)) if path.is_file() else None

    def _asset(self, step: Step, payload: Json) -> Asset:
        with step.begin() as connection:
            return queries.asset(connection, payload["asset_id"])

    def tracks(self, asset_id: str) -> Path:
        """Where the analysis of an asset lies, once it is made."""
        return self.blobs.analysis(asset_id, TRACKS)
