"""What runs inside the supervised process: whole jobs on one untrusted file; small values in and out."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from kinoloop.core.timecode import Seconds, Span
from kinoloop.media.analyse import analyse
from kinoloop.media.captions.records import Cue
from kinoloop.media.captions.rules import cues_from_words, layout_for
from kinoloop.media.crop import CropPath
from kinoloop.media.encoder import Encoder
from kinoloop.media.faces import FaceTrack, faces_in
from kinoloop.media.probe import probe
from kinoloop.media.records import Artefact, Tier, Transcript
from kinoloop.media.reframe import plan_crop
from kinoloop.media.render import ClipPlan, render_clip
from kinoloop.media.segments import SegmentCache
from kinoloop.media.sheet import scrub_strip, thumbnail
from kinoloop.media.smartcut import smart_cut
from kinoloop.media.subtitles import write_srt, write_vtt
from kinoloop.media.tracks import save_analysis
from kinoloop.media.watch import Watch

TRACKS, SCRUB, THUMBNAIL = "tracks.npz", "scrub.jpg", "thumbnail.jpg"
NO_CAPTIONS = "none"


@dataclass(frozen=True)
class ClipJob:
    """One clip to make; `words` may be None. `height` is the output's, in pixels."""

    source: Path
    sha256: str
    span: Span
    aspect: Fraction | None
    height: int
    style: str
    out: Path
    words: Transcript | None = None
    crop: CropPath | None = None


@dataclass(frozen=True)
class ClipFiles:
    """What lies beside the clip; subtitle files only where something is said."""

    video: Path
    srt: Path | None
    vtt: Path | None
    thumbnail: Path


def shot_picture(number: int) -> str:
    """The name of the picture of a shot, counted from 0."""
    return f"shot-{number:04d}.jpg"


def analyse_to_file(source: Path, out: Path, tier: Tier, *, watch: Watch) -> None:
    """Analyse and keep the tracks in one .npz."""
    save_analysis(analyse(source, tier, watch=watch), out)


def illustrate(source: Path, middles: tuple[Seconds, ...], folder: Path, *, watch: Watch) -> int:
    """A thumbnail, a scrub strip and one picture per shot; gives how many shot pictures were made."""
    duration = probe(source).duration
    thumbnail(source, duration / 4, folder / THUMBNAIL)
    scrub_strip(source, folder / SCRUB)
    for number, middle in enumerate(middles):
        watch.check()
        watch.progress(number, len(middles), "picturing shots")
        thumbnail(source, middle, folder / shot_picture(number))
    return len(middles)


def see_faces(source: Path, span: Span, *, watch: Watch) -> FaceTrack:
    """Faces once a second: enough to say how much of a shot shows one."""
    return faces_in(source, span, per_second=1, watch=watch)


def plan_crops(
    source: Path, spans: tuple[Span, ...], aspect: Fraction, shots: tuple[Span, ...], *, watch: Watch
) -> tuple[CropPath, ...]:
    """Where the frame looks during each span, faces kept in."""
    info, paths = probe(source), []
    for number, span in enumerate(spans):
        watch.progress(number, len(spans), "looking for faces")
        paths.append(plan_crop(info, span, aspect, faces_in(source, span), shots=shots))
    return tuple(paths)


def make_clip(
    job: ClipJob, encoder: Encoder, cache: Path | None, *, watch: Watch
) -> tuple[Artefact, ClipFiles]:
    """Render and check the clip, then write its subtitle files and thumbnail."""
    video = probe(job.source).video
    shape = job.aspect or (Fraction(video.display_width, video.display_height) if video else Fraction(1))
    cues = cues_from_words(job.words.words, layout_for(shape), span=job.span) if job.words else ()
    burnt = job.style != NO_CAPTIONS
    plan = ClipPlan(
        job.source,
        job.span,
        job.aspect,
        job.height,
        job.crop,
        cues if burnt else (),
        job.style if burnt else "plain",
        sha256=job.sha256,
    )
    kept = None if cache is None else SegmentCache(cache)
    made = render_clip(plan, job.out, encoder=encoder, cache=kept, watch=watch)
    return made, _beside(job.out, cues, made)


def _beside(video: Path, cues: tuple[Cue, ...], made: Artefact) -> ClipFiles:
    picture = video.with_suffix(".jpg")
    thumbnail(video, made.duration / 3, picture)
    if not cues:
        return ClipFiles(video, None, None, picture)
    srt, vtt = video.with_suffix(".srt"), video.with_suffix(".vtt")
    write_srt(cues, srt)
    write_vtt(cues, vtt)
    return ClipFiles(video, srt, vtt, picture)


def cut_file(source: Path, span: Span, out: Path, encoder: Encoder, *, watch: Watch) -> Artefact:
    """Cut frame-accurately at source geometry."""
    return smart_cut(source, span, out, encoder=encoder, watch=watch)
