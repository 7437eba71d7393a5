"""Pictures as 512 unit numbers: by look (always there) or by meaning (CLIP, when its model files are given).

Vectors of different spaces are never compared.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from kinoloop.core.errors import UnavailableError
from kinoloop.media.descriptor import SIZE, SPACE, describe
from kinoloop.media.planes import SHORT_SIDE, SmallPicture
from kinoloop.media.records import Floats

CLIP_SIDE = 224
_CLIP_MEAN = np.array([0.48145466, 0.4578275, 0.40821073], np.float32)
_CLIP_STD = np.array([0.26862954, 0.26130258, 0.27577711], np.float32)
"""Channel statistics of the pictures CLIP was trained on, from its published preprocessing."""


class Embedder(Protocol):
    """Turns pictures into vectors of one space."""

    @property
    def space(self) -> str:
        """Name of the space; only vectors of equal spaces compare."""

    def frames(self, rgb: Sequence[NDArray[np.uint8]]) -> Floats:
        """(n, 512) unit vectors of n pictures (h, w, 3)."""


class LookEmbedder:
    """How a picture looks: the descriptor that the analysis also keeps twice a second."""

    space = SPACE

    def frames(self, rgb: Sequence[NDArray[np.uint8]]) -> Floats:
        vectors = [describe(_small(picture)) for picture in rgb]
        return np.stack(vectors) if vectors else np.zeros((0, SIZE), np.float32)


class ClipEmbedder:
    """What a picture shows, by `clip_visual.onnx` in a folder (pixel_values (n, 3, 224, 224) -> (n, 512))."""

    def __init__(self, folder: Path) -> None:
        """Raises UnavailableError when the model is missing or cannot be loaded."""
        model = folder / "clip_visual.onnx"
        self._session = _session(model)
        self._input = self._session.get_inputs()[0].name
        self.space = f"clip:{hashlib.sha256(model.read_bytes()).hexdigest()[:8]}"

    def frames(self, rgb: Sequence[NDArray[np.uint8]]) -> Floats:
        if not rgb:
            return np.zeros((0, SIZE), np.float32)
        pixels = np.stack([_clip_pixels(picture) for picture in rgb])
        found = np.asarray(self._session.run(None, {self._input: pixels})[0], np.float32)
        return np.asarray(found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9))


def _session(model: Path) -> Any:
    if not model.is_file():
        raise UnavailableError(
            f"There is no '{model.name}' in '{model.parent}'.",
            why="Search by meaning needs the picture half of a CLIP model as ONNX.",
            fix="Put the file there, or leave the folder unset to search by look.",
        )
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    try:
        return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    except Exception as error:
        # The runtime raises its own types, which differ from version to version.
        raise UnavailableError(
            f"'{model.name}' cannot be loaded.", why=str(error).splitlines()[0], fix="Export the model again."
        ) from None


def _clip_pixels(rgb: NDArray[np.uint8]) -> Floats:
    """Short side to 224 (bicubic), centre crop, channel statistics: (3, 224, 224)."""
    height, width = rgb.shape[:2]
    scale = CLIP_SIDE / min(height, width)
    size = (max(CLIP_SIDE, round(width * scale)), max(CLIP_SIDE, round(height * scale)))
    image = Image.fromarray(rgb).resize(size, Image.Resampling.BICUBIC)
    left, top = (size[0] - CLIP_SIDE) // 2, (size[1] - CLIP_SIDE) // 2
    square = np.asarray(image.crop((left, top, left + CLIP_SIDE, top + CLIP_SIDE)), np.float32) / 255
    return np.asarray((square - _CLIP_MEAN) / _CLIP_STD, np.float32).transpose(2, 0, 1)


def _small(rgb: NDArray[np.uint8]) -> SmallPicture:
    """The small planes an H.264 picture would give: BT.601 studio levels, chroma at half size."""
    stride = max(1, round(min(rgb.shape[:2]) / SHORT_SIDE))
    small = rgb[stride // 2 :: stride, stride // 2 :: stride].astype(np.float32)
    red, green, blue = small[..., 0], small[..., 1], small[..., 2]
    y = np.ascontiguousarray(16 + 0.257 * red + 0.504 * green + 0.098 * blue, np.float32)
    u = np.ascontiguousarray((128 - 0.148 * red - 0.291 * green + 0.439 * blue)[::2, ::2], np.float32)
    v = np.ascontiguousarray((128 + 0.439 * red - 0.368 * green - 0.071 * blue)[::2, ::2], np.float32)
    return SmallPicture(np.concatenate([y.ravel(), u.ravel(), v.ravel()]), y, u, v)
