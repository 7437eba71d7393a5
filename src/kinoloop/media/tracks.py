"""An analysis at rest: one compressed .npz of arrays and exact times as text; whole or not there at all."""

import json
import zipfile
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from kinoloop.core.errors import MediaError
from kinoloop.core.files import whole_file
from kinoloop.core.timecode import Span
from kinoloop.media.records import Analysis, Boundary, CutKind, PictureTrack, SoundTrack, Tier

VERSION = 1
_PICTURE = ("times", "motion", "sharpness", "luma_mean", "luma_std", "descriptor_times", "descriptors")
_SOUND = ("times", "momentary")
Arrays = dict[str, NDArray[Any]]


def save_analysis(analysis: Analysis, path: Path) -> None:
    """Write `path` (.npz)."""
    arrays: Arrays = {}
    _put(arrays, "picture", analysis.picture, _PICTURE)
    _put(arrays, "sound", analysis.sound, _SOUND)
    arrays["notes"] = np.frombuffer(json.dumps(_notes(analysis)).encode(), np.uint8)
    with whole_file(path) as part, part.open("wb") as file:
        np.savez_compressed(file, **cast("dict[str, Any]", arrays))


def load_analysis(path: Path) -> Analysis:
    """Read what `save_analysis` wrote. Raises MediaError when missing, damaged or of another version."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            arrays: Arrays = dict(stored)
        notes = json.loads(arrays["notes"].tobytes())
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise _unusable(path, str(error)) from None
    if notes.get("version") != VERSION:
        raise _unusable(path, f"It has version {notes.get('version')}, not {VERSION}.")
    return _analysis(arrays, notes)


def _notes(analysis: Analysis) -> dict[str, Any]:
    sound = analysis.sound
    return {
        "version": VERSION,
        "tier": analysis.tier,
        "duration": str(analysis.duration),
        "frames": analysis.frames,
        "reasons": analysis.reasons,
        "boundaries": [[str(b.at), b.kind, _text(b.span), b.score] for b in analysis.boundaries],
        "sound": None
        if sound is None
        else {
            "integrated": sound.integrated,
            "peak": sound.peak,
            "silences": [_text(span) for span in sound.silences],
            "speech": None if sound.speech is None else [_text(span) for span in sound.speech],
            "speech_reason": sound.speech_reason,
        },
    }


def _analysis(arrays: Arrays, notes: dict[str, Any]) -> Analysis:
    return Analysis(
        tier=cast(Tier, notes["tier"]),
        duration=Fraction(notes["duration"]),
        frames=notes["frames"],
        picture=PictureTrack(**_take(arrays, "picture", _PICTURE)) if "picture.times" in arrays else None,
        sound=None if notes["sound"] is None else _sound(arrays, notes["sound"]),
        boundaries=tuple(
            Boundary(Fraction(at), cast(CutKind, kind), _span(span), score)
            for at, kind, span, score in notes["boundaries"]
        ),
        reasons=notes["reasons"],
    )


def _sound(arrays: Arrays, notes: dict[str, Any]) -> SoundTrack:
    speech = notes["speech"]
    return SoundTrack(
        **_take(arrays, "sound", _SOUND),
        integrated=notes["integrated"],
        peak=notes["peak"],
        silences=tuple(map(_span, notes["silences"])),
        speech=None if speech is None else tuple(map(_span, speech)),
        speech_reason=notes["speech_reason"],
    )


def _put(arrays: Arrays, group: str, track: PictureTrack | SoundTrack | None, names: tuple[str, ...]) -> None:
    if track is not None:
        arrays.update({f"{group}.{name}": getattr(track, name) for name in names})


def _take(arrays: Arrays, group: str, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: arrays[f"{group}.{name}"] for name in names}


def _text(span: Span) -> list[str]:
    return [str(span.start), str(span.end)]


def _span(text: list[str]) -> Span:
    return Span(Fraction(text[0]), Fraction(text[1]))


def _unusable(path: Path, why: str) -> MediaError:
    return MediaError(
        f"The saved analysis '{path.name}' cannot be used.", why=why, fix="Analyse the footage again."
    )
