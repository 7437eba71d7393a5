"""Which encoders write the clips, and with what settings; checked against what this machine offers.

The default is H.264 by libx264 (GPL); libsvtav1, libopenh264 and the hardware names are the other routes.
"""

from dataclasses import asdict, dataclass

import av
from av.codec import Codec

from kinoloop.core.errors import UnavailableError
from kinoloop.core.ids import hash_json

_SPEEDS = ("ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow")
_SVT_PRESETS = (13, 12, 10, 9, 8, 6, 4, 3, 2)


@dataclass(frozen=True)
class Encoder:
    """Settings of one output. `preset` is in x264's words and is translated; `crf` is on x264's scale.

    `extra` are options handed to the picture encoder as they are, after all others.
    """

    video: str = "libx264"
    preset: str = "veryfast"
    crf: int = 20
    audio: str = "aac"
    audio_bitrate: int = 160_000
    threads: int = 2
    lookahead: int = 15
    extra: tuple[tuple[str, str], ...] = ()

    def require(self) -> "Encoder":
        """Self, or UnavailableError when an encoder is not in this build or the preset is unknown."""
        _require(self.video, "video")
        _require(self.audio, "audio")
        if self.preset not in _SPEEDS:
            raise UnavailableError(
                f"The encoder preset '{self.preset}' is not known.",
                fix=f"Choose one of: {', '.join(_SPEEDS)}.",
            )
        return self

    def picture_options(self) -> dict[str, str]:
        """The options the chosen picture encoder understands."""
        return {**self._quality(), **dict(self.extra)}

    def _quality(self) -> dict[str, str]:
        speed = _SPEEDS.index(self.preset)
        if self.video in ("libx264", "libx265"):
            lookahead = {"x264-params": f"rc-lookahead={self.lookahead}"} if self.video == "libx264" else {}
            return {"preset": self.preset, "crf": str(self.crf), **lookahead}
        if self.video == "libsvtav1":
            return {"preset": str(_SVT_PRESETS[speed]), "crf": str(self.crf + 12)}
        if self.video.endswith("_nvenc"):
            return {"preset": f"p{max(1, min(7, speed))}", "rc": "vbr", "cq": str(self.crf + 3)}
        if self.video == "libopenh264":
            return {"rc_mode": "quality", "b": "8000000"}
        return {"crf": str(self.crf)}

    @property
    def key(self) -> str:
        """A hash that changes when anything that changes the bytes does."""
        return hash_json([asdict(self), av.library_versions])


DEFAULT = Encoder()
PREVIEW = Encoder(preset="ultrafast", crf=26)


def _require(name: str, kind: str) -> None:
    try:
        codec = Codec(name, "w")
    except (ValueError, LookupError, av.FFmpegError) as error:
        raise UnavailableError(
            f"The {kind} encoder '{name}' is not available.",
            why="The installed PyAV build does not contain it.",
            fix="Choose another encoder, for example libx264 or libsvtav1 with aac.",
        ) from error
    if codec.type != kind:
        raise UnavailableError(f"'{name}' is not a {kind} encoder.", fix=f"Name a {kind} encoder.")
