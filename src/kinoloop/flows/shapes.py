"""The JSON forms of what the file commands find and make; the same keys on every face."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from kinoloop.core.errors import KinoloopError
from kinoloop.core.timecode import Span, short_clock
from kinoloop.flows.clipping import FileClips, MadeClip
from kinoloop.footage.intake.summary import summarise
from kinoloop.footage.moments.records import Found
from kinoloop.media.records import Analysis, Artefact, MediaInfo

Json = dict[str, Any]


def span_json(span: Span) -> Json:
    return {"start": float(span.start), "end": float(span.end), "duration": float(span.duration)}


def info_json(info: MediaInfo) -> Json:
    """Container, streams as shown, warnings, what later results will lack."""
    return {**summarise(info), "size_bytes": info.size_bytes, "duration": float(info.duration)}


def analysis_json(analysis: Analysis) -> Json:
    """Boundaries, shots with their mean figures, sound; null with a reason where something is not known."""
    sound = analysis.sound
    return {
        "tier": analysis.tier,
        "frames": analysis.frames,
        "boundaries": [
            {"at": float(b.at), "kind": b.kind, **span_json(b.span), "score": round(b.score, 3)}
            for b in analysis.boundaries
        ],
        "shots": [{**span_json(shot), **_figures(analysis, shot)} for shot in analysis.shots()],
        "sound": None
        if sound is None
        else {
            "integrated_lufs": sound.integrated,
            "peak_dbfs": sound.peak,
            "silences": [span_json(s) for s in sound.silences],
            "speech": None if sound.speech is None else [span_json(s) for s in sound.speech],
            "speech_reason": sound.speech_reason,
        },
        "reasons": analysis.reasons,
    }


def _figures(analysis: Analysis, shot: Span) -> Json:
    """Means over the frames of a shot; None when no frame fell into it."""
    picture = analysis.picture
    if picture is None:
        return {}
    inside = (picture.times >= float(shot.start)) & (picture.times < float(shot.end))
    tracks = {"motion": picture.motion, "sharpness": picture.sharpness, "luma": picture.luma_mean}
    return {
        name: round(float(np.mean(track[inside])), 2) if inside.any() else None
        for name, track in tracks.items()
    }


def found_json(moment: Found) -> Json:
    return {
        **span_json(moment.span),
        "mode": moment.mode,
        "score": moment.score,
        "confidence": moment.confidence,
        "subscores": {k: {"value": v.value, "reason": v.reason} for k, v in moment.subscores.items()},
        "reason": moment.reason,
        "keywords": list(moment.keywords),
        "passthrough": moment.passthrough,
    }


def artefact_json(made: Artefact) -> Json:
    return {
        "path": str(made.path),
        "sha256": made.sha256,
        "size_bytes": made.size_bytes,
        "width": made.width,
        "height": made.height,
        "duration": float(made.duration),
        "frames": made.frames,
        "has_audio": made.has_audio,
        "integrated_lufs": made.integrated_lufs,
        "peak_dbfs": made.peak_dbfs,
        "notes": list(made.notes),
    }


def clip_json(clip: MadeClip) -> Json:
    files = {"srt": clip.files.srt, "vtt": clip.files.vtt, "thumbnail": clip.files.thumbnail}
    return {
        **artefact_json(clip.artefact),
        "files": {name: None if path is None else str(path) for name, path in files.items()},
        "moment": found_json(clip.moment),
    }


def batch_json(made: Sequence[FileClips], failures: Sequence[tuple[Path, KinoloopError]]) -> Json:
    return {
        "files": [
            {"source": str(one.source), "clips": [clip_json(c) for c in one.clips], "notes": list(one.notes)}
            for one in made
        ],
        "failed": [{"source": str(path), "error": error.as_dict()} for path, error in failures],
    }


def sentence(info: MediaInfo) -> str:
    """`1:23.4, 1280x720 h264, sound`."""
    video = (
        f"{info.video.display_width}x{info.video.display_height} {info.video.codec}"
        if info.video
        else "no picture"
    )
    return f"{short_clock(info.duration)}, {video}, {'sound' if info.audio else 'no sound'}"


def sound_sentences(analysis: Analysis) -> list[str]:
    """What was heard, and what could not be told."""
    sound = analysis.sound
    lines = [f"{part}: {why}" for part, why in sorted(analysis.reasons.items())]
    if sound is None:
        return lines
    loud = "not measurable" if sound.integrated is None else f"{sound.integrated:.1f} LUFS"
    quiet = sum(float(s.duration) for s in sound.silences)
    lines.insert(0, f"Loudness {loud}, silence {quiet:.1f} s")
    if sound.speech is None:
        return [*lines, f"Speech not known: {sound.speech_reason}"]
    return [*lines, f"Speech {sum(float(s.duration) for s in sound.speech):.1f} s"]
