"""From a speech service's bytes to samples, decoded in a process of its own and checked to be speech."""

import tempfile
from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import chain
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

from kinoloop.core.errors import IntegrityError, KinoloopError, LimitError, MediaError
from kinoloop.core.timecode import Span
from kinoloop.media.guard import Limits, guarded
from kinoloop.media.opening import open_media, sound_stream
from kinoloop.media.records import Floats
from kinoloop.media.spans import SOUND_RATE
from kinoloop.media.speech import SpeechMeter

MOST_BYTES = 16 << 20
MOST_SECONDS = 300
LIMITS = Limits(memory=2 << 30, cpu=60, wall=60.0)
QUIET = 10 ** (-50 / 20)
"""Below -50 dBFS at its loudest nobody hears a voice."""
_WINDOW = SOUND_RATE // 100
_FAINT = 10 ** (-35 / 20)
_BRIDGED = 12


def heard_in(data: bytes, suffix: str, service: str) -> Floats:
    """(n,) mono samples at 48 kHz of a sound file's bytes. Raises IntegrityError for what is no sound."""
    if len(data) > MOST_BYTES:
        raise LimitError(f"{service} sent more than {MOST_BYTES >> 20} MiB of sound.")
    try:
        with tempfile.TemporaryDirectory(prefix="speech-") as folder:
            path = Path(folder) / f"line{suffix}"
            path.write_bytes(data)
            samples: Floats = guarded(f"{__name__}:decode", path, limits=LIMITS)
    except (MediaError, LimitError) as error:
        raise _unusable(service, error.why or error.what) from error
    return samples


def decode(path: Path) -> Floats:
    """What runs in the supervised process: all samples, whatever length the file's header claims."""
    with open_media(path) as container:
        stream = sound_stream(container)
        if stream is None:
            raise MediaError(f"'{path.name}' has no sound.")
        try:
            pieces = list(_pieces(container.decode(stream), path.name))
        except (av.FFmpegError, ValueError) as error:
            raise MediaError(f"'{path.name}' is damaged.", why=str(error)) from None
    return np.concatenate(pieces) if pieces else np.zeros(0, np.float32)


def _pieces(frames: Iterable[AudioFrame], name: str) -> Iterator[Floats]:
    resampler = AudioResampler(format="flt", layout="mono", rate=SOUND_RATE)
    count = 0
    for frame in chain[AudioFrame | None](frames, [None]):
        for made in resampler.resample(frame):
            count += made.samples
            if count > MOST_SECONDS * SOUND_RATE:
                raise MediaError(f"'{name}' is too long.", why=f"The most is {MOST_SECONDS} s.")
            yield made.to_ndarray().ravel().astype(np.float32)


def check_speech(samples: Floats, text: str, pace: float, service: str) -> None:
    """Raises IntegrityError for sound that is silent, or too short or too long to be `text`."""
    seconds, size = len(samples) / SOUND_RATE, len(text.strip())
    if not len(samples) or not np.isfinite(samples).all() or float(np.abs(samples).max()) < QUIET:
        raise _unusable(service, "It is silent.")
    shortest, longest = 0.02 * size / pace, (2.0 + 0.6 * size) / min(pace, 1.0)
    if not shortest <= seconds <= longest:
        raise _unusable(service, f"It lasts {seconds:.1f} s, which {size} characters cannot take.")


def stretches_heard(samples: Floats) -> tuple[Span, ...]:
    """Where somebody speaks: the loud stretches, as a clean recording has them, that are a voice.

    Without the voice detector, or where it hears nobody, all loud stretches.
    """
    meter = SpeechMeter(Fraction(0))
    frame = AudioFrame.from_ndarray(np.ascontiguousarray(samples[None, :]), format="flt", layout="mono")
    frame.sample_rate, frame.pts, frame.time_base = SOUND_RATE, 0, Fraction(1, SOUND_RATE)
    meter.add(frame)
    voices, loud = meter.result().spans or (), loud_stretches(samples)
    return tuple(one for one in loud if any(one.overlap(voice) > 0 for voice in voices)) or loud


def loud_stretches(samples: Floats) -> tuple[Span, ...]:
    """Stretches within 35 dB of the loudest hundredth of a second; pauses under 0.12 s are bridged."""
    whole = len(samples) // _WINDOW * _WINDOW
    if not whole:
        return (Span(Fraction(0), Fraction(len(samples), SOUND_RATE)),)
    levels = np.sqrt(np.mean(samples[:whole].reshape(-1, _WINDOW) ** 2, axis=1))
    loud = np.flatnonzero(levels > levels.max() * _FAINT)
    edges = np.flatnonzero(np.diff(loud) > _BRIDGED)
    starts, ends = loud[np.r_[0, edges + 1]], loud[np.r_[edges, len(loud) - 1]] + 1
    return tuple(
        Span(Fraction(int(a), 100), Fraction(int(b), 100)) for a, b in zip(starts, ends, strict=True)
    )


def _unusable(service: str, why: str) -> KinoloopError:
    return IntegrityError(f"{service} sent sound that cannot be used.", why=why, fix="Say the line again.")
