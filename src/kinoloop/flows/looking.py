"""Looking at one file: analysis in a process of its own, words from beside it or a model, moments."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from kinoloop.core.errors import CancelledError, InputError, KinoloopError
from kinoloop.flows.order import ClipOrder
from kinoloop.flows.tools import Tools
from kinoloop.footage.analysis.records import FaceSamples
from kinoloop.footage.moments.choose import choose_moments
from kinoloop.footage.moments.records import Detection, Evidence
from kinoloop.media.faces import FaceTrack
from kinoloop.media.guard import guarded
from kinoloop.media.records import Analysis, MediaInfo, Tier, Transcript
from kinoloop.media.subtitles import read_subtitles
from kinoloop.media.tracks import load_analysis
from kinoloop.media.watch import SilentWatch, Watch

TIERS: tuple[Tier, ...] = ("triage", "speed", "full")
SIDECARS = (".json", ".vtt", ".srt")
"""What may lie beside a film, that with measured word times first."""


@dataclass(frozen=True)
class Look:
    """All that was learnt of a file. `notes` say what is missing and why."""

    source: Path
    info: MediaInfo
    analysis: Analysis | None
    transcript: Transcript | None
    notes: tuple[str, ...]


def probe_file(path: Path, tools: Tools) -> MediaInfo:
    """Probe an untrusted file in a process of its own. Raises MediaError, LimitError."""
    info: MediaInfo = guarded("kinoloop.media.probe:probe", path.resolve(), limits=tools.limits)
    return info


def tier_named(name: str) -> Tier:
    for tier in TIERS:
        if tier == name:
            return tier
    raise InputError(f"'{name}' is not a tier.", fix=f"Choose one of {', '.join(TIERS)}.")


def analyse_to(path: Path, out: Path, tier: Tier, tools: Tools, watch: Watch) -> Analysis:
    """Analyse an untrusted file in a process of its own, keeping the tracks in `out` (.npz)."""
    target = "kinoloop.media.work:analyse_to_file"
    guarded(target, path.resolve(), out, tier, limits=tools.limits, watch=watch)
    return load_analysis(out)


def analyse_file(path: Path, tier: str, tools: Tools, *, watch: Watch) -> tuple[MediaInfo, Analysis]:
    """Probe and analyse without keeping anything."""
    return probe_file(path, tools), _analysed(path, tier, tools, watch)


def _analysed(path: Path, tier: str, tools: Tools, watch: Watch) -> Analysis:
    with TemporaryDirectory(prefix="kinoloop-") as folder:
        return analyse_to(path, Path(folder) / "tracks.npz", tier_named(tier), tools, watch)


def words_of(
    path: Path, given: Path | None, tools: Tools, watch: Watch
) -> tuple[Transcript | None, tuple[str, ...]]:
    """The transcript given, lying beside the file, or made by a model; else None and why."""
    if given is not None:
        return read_subtitles(given), ()
    for suffix in SIDECARS:
        if (beside := path.with_suffix(suffix)).is_file():
            return _beside(beside)
    if tools.transcriber is None:
        return None, ("no transcript: none lies beside the file and no transcriber is configured",)
    try:
        return tools.transcriber.transcribe(path, watch), ()
    except CancelledError:
        raise
    except KinoloopError as error:
        return None, (f"no transcript: {error.what} {error.why}".strip(),)


def _beside(path: Path) -> tuple[Transcript | None, tuple[str, ...]]:
    """A broken file beside the film must not stop the film, unlike one that a person named."""
    try:
        return read_subtitles(path), ()
    except InputError as error:
        return None, (f"no transcript: {path.name} was not readable: {error.what} {error.why}".strip(),)


def faces_of(
    path: Path, info: MediaInfo, tools: Tools, watch: Watch
) -> tuple[FaceSamples | None, tuple[str, ...]]:
    """How many faces are seen over the file; None and why when it cannot be told."""
    if info.video is None:
        return None, ()
    target = "kinoloop.media.work:see_faces"
    track: FaceTrack = guarded(target, path.resolve(), info.whole, limits=tools.limits, watch=watch)
    if track.reason is not None:
        return None, (f"faces: {track.reason}",)
    times = np.array([float(look.at) for look in track.sightings], np.float64)
    return FaceSamples(times, np.array([len(look.faces) for look in track.sightings], np.int64)), ()


def look_at(path: Path, tier: str, tools: Tools, *, transcript: Path | None, watch: Watch) -> Look:
    """Analysis and words. An analysis that fails leaves a note; a file that cannot be opened raises."""
    info = probe_file(path, tools)
    words, notes = words_of(path, transcript, tools, SilentWatch())
    try:
        analysis = _analysed(path, tier, tools, watch)
    except CancelledError:
        raise
    except KinoloopError as error:
        failed = f"analysis failed: {error.what} {error.why}".strip()
        return Look(path, info, None, words, (*notes, failed))
    gaps = tuple(f"{part}: {why}" for part, why in sorted(analysis.reasons.items()))
    return Look(path, info, analysis, words, (*notes, *gaps))


def moments_in(look: Look, order: ClipOrder, tools: Tools) -> Detection:
    """Moments from all the evidence there is; a model may choose where one is configured."""
    duration = look.analysis.duration if look.analysis else look.info.duration
    evidence = Evidence(duration, look.analysis, look.transcript, look.notes)
    return choose_moments(evidence, order.request(), tools.chooser)
