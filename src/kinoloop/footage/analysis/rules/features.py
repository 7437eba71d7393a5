"""What is measured on a shot, each number in its own unit, each null with its reason.

Motion, brightness and contrast come from frames inside the shot; the first frame's motion is left out, since
it measures the cut. Loudness is EBU R128 momentary, averaged as energy.
"""

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from kinoloop.core.timecode import Span
from kinoloop.footage.analysis.records import Features, Measured
from kinoloop.footage.analysis.rules.arithmetic import clamped, mapped, missing, ramp, saturating, weighted
from kinoloop.footage.analysis.rules.evidence import FileEvidence, covered, finite, inside, mean_of, window
from kinoloop.footage.analysis.rules.formula import (
    EVEN_LUMA,
    FULL_HEIGHT,
    GATE_LUFS,
    HOOK_WINDOW,
    LOUD_RISE,
    MOTION_HALF,
    QUALITY,
    SHARPNESS_HALF,
)
from kinoloop.media.records import PictureTrack, SoundTrack

LEVELS = 255.0
CUT_MARGIN = Fraction(5)
NO_FRAME = "no analysed frame lies in this shot"


def features_of(file: FileEvidence, span: Span) -> Features:
    """All features of one shot. Units and formulas: docs/explanation/scores.md."""
    found = _picture(file, span) | _sound(file, span) | _words(file, span)
    found["face_share"] = _face_share(file, span)
    found["cut_density"] = _cut_density(file, span)
    found["hook_energy"] = _hook_energy(file, span)
    found["technical_quality"] = quality(file, found)
    return found


def motion_in(picture: PictureTrack, span: Span) -> NDArray[np.float64]:
    """Motion of the frames in the span (levels 0..255), without that of the first, which measures the cut."""
    found = inside(picture.times, span)
    return finite(picture.motion[found.start + 1 : found.stop])


def _picture(file: FileEvidence, span: Span) -> Features:
    names = ("motion", "motion_peak", "sharpness", "brightness", "contrast")
    picture = file.analysis.picture
    if picture is None:
        return dict.fromkeys(names, missing(file.no_picture()))
    found, motion = inside(picture.times, span), motion_in(picture, span)
    still = missing("fewer than two analysed frames in this shot")
    return {
        "motion": Measured(float(motion.mean())) if motion.size else still,
        "motion_peak": Measured(float(np.percentile(motion, 95))) if motion.size else still,
        "sharpness": mean_of(picture.sharpness[found], NO_FRAME),
        "brightness": mapped(mean_of(picture.luma_mean[found], NO_FRAME), lambda level: level / LEVELS),
        "contrast": mapped(mean_of(picture.luma_std[found], NO_FRAME), lambda level: level / LEVELS),
    }


def loudness_in(sound: SoundTrack, span: Span) -> NDArray[np.float64]:
    """Momentary loudness in LUFS inside the span, above the absolute gate."""
    heard = finite(sound.momentary[inside(sound.times, span)])
    return heard[heard > GATE_LUFS]


def _sound(file: FileEvidence, span: Span) -> Features:
    sound = file.analysis.sound
    if sound is None:
        names = ("loudness", "loudness_peak", "silence_share", "speech_share")
        return dict.fromkeys(names, missing(file.no_sound()))
    heard = loudness_in(sound, span)
    quiet = missing(f"nothing louder than {GATE_LUFS:.0f} LUFS in this shot")
    speech = sound.speech
    return {
        "loudness": Measured(float(10 * np.log10(np.mean(10 ** (heard / 10))))) if heard.size else quiet,
        "loudness_peak": Measured(float(heard.max())) if heard.size else quiet,
        "silence_share": _share(file.silences, span),
        "speech_share": missing(sound.speech_reason or "speech was not looked for")
        if speech is None
        else _share(file.speech, span),
    }


def _share(edges: NDArray[np.float64], span: Span) -> Measured:
    if not span.duration:
        return missing("this shot has no duration")
    return Measured(clamped(covered(edges, span) / float(span.duration)))


def _words(file: FileEvidence, span: Span) -> Features:
    spoken = file.spoken(span)
    if spoken is None or not span.duration:
        return {
            "words_per_second": missing("no transcript" if spoken is None else "this shot has no duration")
        }
    return {"words_per_second": Measured(len(spoken) / float(span.duration))}


def _face_share(file: FileEvidence, span: Span) -> Measured:
    if file.faces is None:
        return missing("faces were not looked for")
    counts = file.faces.counts[inside(file.faces.times, span)]
    return (
        Measured(float(np.mean(counts > 0)))
        if counts.size
        else missing("no frame of this shot was looked at")
    )


def _cut_density(file: FileEvidence, span: Span) -> Measured:
    """Boundaries a second from 5 s before the shot to 5 s after it, inside the file."""
    if file.analysis.picture is None:
        return missing(file.no_picture())
    whole = Span(Fraction(0), file.analysis.duration)
    around = Span(span.start - CUT_MARGIN, span.end + CUT_MARGIN).clamp(whole)
    if not around.duration:
        return missing("the file has no duration")
    return Measured(file.cuts_in(around) / float(around.duration))


def opening_motion(file: FileEvidence, span: Span) -> Measured:
    """0..1: motion in the first three seconds from the shot's start."""
    picture = file.analysis.picture
    if picture is None:
        return missing(file.no_picture())
    motion = motion_in(picture, window(span, HOOK_WINDOW, file.analysis.duration))
    if not motion.size:
        return missing("fewer than two analysed frames at its start")
    return Measured(saturating(float(motion.mean()), MOTION_HALF))


def loudness_rise(file: FileEvidence, span: Span, *, low: float) -> Measured:
    """0..1: the span's loudest moment against the file's loudness, from `low` LU to LOUD_RISE LU above it."""
    sound = file.analysis.sound
    if sound is None:
        return missing(file.no_sound())
    if sound.integrated is None or not np.isfinite(sound.integrated):
        return missing("the file has no measurable loudness")
    heard = loudness_in(sound, span)
    return Measured(ramp(float(heard.max()) - sound.integrated, low, LOUD_RISE) if heard.size else 0.0)


def _hook_energy(file: FileEvidence, span: Span) -> Measured:
    opening = window(span, HOOK_WINDOW, file.analysis.duration)
    parts = [opening_motion(file, span), loudness_rise(file, opening, low=-LOUD_RISE)]
    known = [part.value for part in parts if part.value is not None]
    return (
        Measured(sum(known) / len(known))
        if known
        else missing("; ".join(part.reason or "" for part in parts))
    )


def quality(file: FileEvidence, found: Features) -> Measured:
    """0.45 sharpness + 0.30 resolution + 0.25 exposure, over those that exist."""
    low, high = EVEN_LUMA
    side = (
        missing("the size of the picture is not known")
        if file.short_side is None
        else Measured(file.short_side)
    )
    if file.analysis.picture is None:
        return missing(file.no_picture())
    return weighted(
        "technical quality",
        QUALITY,
        {
            "sharpness": mapped(found["sharpness"], lambda value: saturating(value, SHARPNESS_HALF)),
            "resolution": mapped(side, lambda pixels: pixels / FULL_HEIGHT),
            "exposure": mapped(found["brightness"], lambda y: min(ramp(y, 0, low), 1 - ramp(y, high, 1))),
        },
    ).measured
