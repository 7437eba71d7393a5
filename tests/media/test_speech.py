"""The voice detector agrees with its reference and says when it is missing."""

import importlib.util
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from kinoloop.core.errors import MediaError
from kinoloop.core.timecode import Span
from kinoloop.media import speech
from kinoloop.media.onnx_weights import read_weights
from kinoloop.media.records import Floats
from kinoloop.media.silero import CHUNK, Silero, load_weights, weights_file
from kinoloop.media.speech import MISSING, SpeechMeter, spoken
from tests.films import draw_sound
from tests.media.real import real_media


def weights() -> Path:
    path = weights_file()
    if path is None:
        pytest.skip("the wheel silero-vad is not installed")
    return path


def hear(path: Path) -> speech.Speech:
    meter = SpeechMeter(Fraction(0))
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            meter.add(frame)
    return meter.result()


def test_probabilities_equal_those_of_the_reference_runtime() -> None:
    runtime = pytest.importorskip("onnxruntime")
    session = runtime.InferenceSession(str(weights()), providers=["CPUExecutionProvider"])
    random = np.random.default_rng(4)
    samples = (random.normal(0, 0.1, 40 * CHUNK) * np.sin(np.arange(40 * CHUNK) / 3000)).astype(np.float32)
    context, state, expected = np.zeros(64, np.float32), np.zeros((2, 1, 128), np.float32), []
    for at in range(0, samples.size, CHUNK):
        given = np.concatenate([context, samples[at : at + CHUNK]])[None]
        told, state = session.run(None, {"input": given, "state": state, "sr": np.array(16_000)})
        expected.append(float(told[0, 0]))
        context = given[0, -64:]
    net = Silero(load_weights(weights()))
    pieces = [net.probabilities(part) for part in np.split(samples, [CHUNK, 8 * CHUNK])]
    np.testing.assert_allclose(np.concatenate(pieces), expected, atol=1e-5)
    assert net.probabilities(np.zeros(0, np.float32)).size == 0


def test_a_tone_is_no_speech(tmp_path: Path) -> None:
    weights()
    told = hear(draw_sound(tmp_path / "a.wav", seconds=2))
    assert told.spans == () and told.reason is None


@pytest.mark.realmedia
def test_a_voice_is_speech_and_music_is_not() -> None:
    weights()
    spoken_spans = hear(real_media() / "jfk.flac").spans or ()
    assert 0.6 < float(sum((span.duration for span in spoken_spans), Fraction(0))) / 11 < 0.8


def test_without_the_wheel_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr("kinoloop.media.silero.find_spec", lambda name: None)
    told = hear(draw_sound(tmp_path / "a.wav", seconds=0.2))
    assert told.spans is None and told.reason == MISSING


def test_without_sound_it_says_so() -> None:
    weights()
    assert SpeechMeter(Fraction(0)).result().reason == "no sound could be decoded"


def test_hysteresis_bridges_short_pauses_and_drops_short_spans() -> None:
    levels: Floats = np.array(
        [0.1] * 5 + [0.9] * 10 + [0.4] * 5 + [0.1] * 2 + [0.9] * 5 + [0] * 20 + [0.9] * 3, np.float32
    )
    step = Fraction(512, 16_000)
    assert spoken(levels, Fraction(1)) == (Span(1 + 5 * step, 1 + 27 * step),)


@pytest.mark.parametrize(
    "content", [b"", b"\x0a", b"\x3a\xff\xff", b"\x3b", b"\x38\x01", b"\x3a\x02\x28\x01"]
)
def test_a_file_that_is_no_model_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.onnx"
    path.write_bytes(content)
    with pytest.raises(MediaError, match="not a readable ONNX"):
        read_weights(path)
