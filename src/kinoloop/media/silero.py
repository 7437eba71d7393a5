"""The Silero voice detector as plain numpy: short-time spectrum, four convolutions, one LSTM cell.

Its weights (MIT licence) are read from the `silero-vad` wheel without importing it, which would import torch.
"""

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from kinoloop.media.onnx_weights import read_weights
from kinoloop.media.records import Floats

SAMPLE_RATE = 16_000
CHUNK = 512
_CONTEXT = 64
_WINDOW, _HOP = 256, 128
_CELLS = 128


def weights_file() -> Path | None:
    """The weights inside the installed wheel, or None."""
    spec = find_spec("silero_vad")
    if spec is None or not spec.submodule_search_locations:
        return None
    path = Path(spec.submodule_search_locations[0]) / "data" / "silero_vad_16k_op15.onnx"
    return path if path.is_file() else None


@dataclass(frozen=True)
class Weights:
    """Matrices ready to multiply from the right: (inputs, outputs)."""

    spectrum: Floats
    convolutions: tuple[tuple[Floats, Floats], ...]
    from_input: Floats
    from_memory: Floats
    bias: Floats
    out: Floats
    out_bias: float


class Silero:
    """Gives one speech probability per 512 samples (32 ms) of 16 kHz mono; remembers what came before."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._context = np.zeros(_CONTEXT, np.float32)
        self._hidden, self._cell = np.zeros(_CELLS, np.float32), np.zeros(_CELLS, np.float32)

    def probabilities(self, samples: Floats) -> Floats:
        """`samples`: (n x 512,) in -1..1; returns (n,)."""
        if samples.size == 0:
            return np.zeros(0, np.float32)
        joined = np.concatenate([self._context, samples])
        self._context = joined[-_CONTEXT:]
        starts = np.arange(samples.size // CHUNK) * CHUNK
        chunks = joined[starts[:, None] + np.arange(_CONTEXT + CHUNK)[None, :]]
        features = self._features(chunks) @ self._weights.from_input + self._weights.bias
        return np.fromiter((self._remember(row) for row in features), np.float32, len(features))

    def _features(self, chunks: Floats) -> Floats:
        """(n, 576) samples to (n, 128): magnitudes of 4 windows, then convolutions with steps 1, 2, 2, 1."""
        padded = np.pad(chunks, ((0, 0), (0, _CONTEXT)), mode="reflect")
        windows = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW, axis=1)[:, ::_HOP]
        spectrum = windows @ self._weights.spectrum
        half = spectrum.shape[-1] // 2
        layer = np.hypot(spectrum[..., :half], spectrum[..., half:])
        for (weight, bias), step in zip(self._weights.convolutions, (1, 2, 2, 1), strict=True):
            layer = _convolve(layer, weight, bias, step)
        return np.asarray(layer[:, 0])

    def _remember(self, features: Floats) -> float:
        gates = features + self._hidden @ self._weights.from_memory
        keep = _sigmoid(gates)
        fresh = np.tanh(gates[2 * _CELLS : 3 * _CELLS])
        self._cell = keep[_CELLS : 2 * _CELLS] * self._cell + keep[:_CELLS] * fresh
        self._hidden = keep[3 * _CELLS :] * np.tanh(self._cell)
        told = np.maximum(self._hidden, 0) @ self._weights.out + np.float32(self._weights.out_bias)
        return float(_sigmoid(told))


@cache
def load_weights(path: Path) -> Weights:
    """The 16 kHz network of the wheel, version 6, from its ONNX file."""
    found = read_weights(path)
    decoder, output = "model.decoder.rnn.", "model.decoder.decoder.2."
    return Weights(
        spectrum=found["model.stft.forward_basis_buffer"][:, 0].T.copy(),
        convolutions=tuple(_convolution(found, number) for number in range(4)),
        from_input=found[decoder + "weight_ih"].T.copy(),
        from_memory=found[decoder + "weight_hh"].T.copy(),
        bias=found[decoder + "bias_ih"] + found[decoder + "bias_hh"],
        out=found[output + "weight"].ravel(),
        out_bias=float(found[output + "bias"][0]),
    )


def _convolution(found: dict[str, Floats], number: int) -> tuple[Floats, Floats]:
    name = f"model.encoder.{number}.reparam_conv."
    return found[name + "weight"].transpose(2, 1, 0).copy(), found[name + "bias"]


def _convolve(layer: Floats, weight: Floats, bias: Floats, step: int) -> Floats:
    """(n, time, in) with (3, in, out), padded by one, then cut off below zero."""
    padded = np.pad(layer, ((0, 0), (1, 1), (0, 0)))
    count = (layer.shape[1] - 1) // step + 1
    total = bias + sum(
        padded[:, tap : tap + step * count : step][:, :count] @ weight[tap] for tap in range(3)
    )
    return np.asarray(np.maximum(total, 0))


def _sigmoid(values: Floats) -> Floats:
    # The same curve as 1 / (1 + exp(-x)), and it cannot overflow.
    return np.asarray(0.5 + 0.5 * np.tanh(0.5 * values), np.float32)
