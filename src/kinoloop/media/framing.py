"""One decoded picture to one output picture: turn, crop or fit over a blurred ground, scale, yuv420p BT.709.

Filter graphs are built for the first picture of each kind; the crop window is moved by commands.
"""

from dataclasses import dataclass
from fractions import Fraction

import av
from av.filter import Graph
from av.filter.context import FilterContext
from av.video.frame import PictureType

from kinoloop.core.timecode import Seconds
from kinoloop.media.crop import CropPath, CropPiece
from kinoloop.media.records import VideoStream

_TURNS = {90: ("transpose", "cclock"), 270: ("transpose", "clock")}
_MATRICES = {1: "bt709", 4: "fcc", 5: "bt601", 6: "bt601", 7: "smpte240m", 9: "bt2020"}
HIGH_RANGE = (16, 18)
"""Transfer functions PQ and HLG."""


@dataclass
class _Machine:
    """A configured graph; `window` is the crop filter where there is one."""

    graph: Graph
    window: FilterContext | None
    corner: tuple[int, int] | None = None


class Framer:
    """Gives output pictures of `width` x `height` from pictures of one stream."""

    def __init__(self, video: VideoStream, crop: CropPath | None, width: int, height: int) -> None:
        self.video, self.crop, self.width, self.height = video, crop, width, height
        self._machines: dict[tuple[object, ...], _Machine] = {}

    def frame(self, picture: av.VideoFrame, at: Seconds, number: int, rate: Fraction) -> av.VideoFrame:
        """The output picture for a time of the file, writable, with `number` as its time in frames."""
        piece = None if self.crop is None else self.crop.piece(at)
        machine = self._machine(picture, piece)
        if machine.window is not None and piece is not None:
            self._move(machine, picture, piece, at)
        picture.pts, picture.time_base = number, 1 / rate
        machine.graph.vpush(picture)
        made = machine.graph.vpull()
        made.make_writable()
        # The source's own kind of picture (I, P, B) would otherwise be forced upon the encoder.
        made.pts, made.time_base, made.pict_type = number, 1 / rate, PictureType.NONE
        return made

    def _machine(self, picture: av.VideoFrame, piece: CropPiece | None) -> _Machine:
        fit = None if piece is None else piece.fit
        key = (
            fit,
            picture.width,
            picture.height,
            picture.format.name,
            picture.colorspace,
            picture.color_range,
        )
        if key not in self._machines:
            self._machines[key] = self._build(picture, fit)
        return self._machines[key]

    def _build(self, picture: av.VideoFrame, fit: str | None) -> _Machine:
        graph = Graph()
        last = graph.add("buffer", _source(picture))
        for name, args in _turning(self.video.rotation):
            last = _then(last, graph.add(name, args))
        window = None
        if fit == "crop":
            window = graph.add("crop", self._window(picture))
            last = _then(last, window)
        if fit == "pad":
            last = self._pad(graph, last, picture)
        else:
            last = _then(last, graph.add("scale", f"{self.width}:{self.height}:{_colours(picture)}"))
        last = _then(last, graph.add("format", "yuv420p"))
        last = _then(last, graph.add("setsar", "1"))
        _then(last, graph.add("buffersink"))
        graph.configure()
        return _Machine(graph, window)

    def _ratios(self, picture: av.VideoFrame) -> tuple[float, float]:
        """Stored pixels per display pixel, across and down, after turning."""
        wide, high = picture.width, picture.height
        if self.video.rotation % 180:
            wide, high = high, wide
        return wide / self.video.display_width, high / self.video.display_height

    def _window(self, picture: av.VideoFrame) -> str:
        assert self.crop is not None
        across, down = self._ratios(picture)
        return f"{max(2, round(self.crop.width * across))}:{max(2, round(self.crop.height * down))}:0:0"

    def _move(self, machine: _Machine, picture: av.VideoFrame, piece: CropPiece, at: Seconds) -> None:
        across, down = self._ratios(picture)
        x, y = piece.corner(at)
        corner = round(x * across), round(y * down)
        if corner != machine.corner and machine.window is not None:
            machine.window.process_command("x", str(corner[0]))
            machine.window.process_command("y", str(corner[1]))
            machine.corner = corner

    def _pad(self, graph: Graph, last: FilterContext, picture: av.VideoFrame) -> FilterContext:
        """The whole picture over itself, enlarged, blurred and darkened; blurred small, so it is cheap."""
        wide, high = self._fitted()
        small_w, small_h = _even(self.width / 8), _even(self.height / 8)
        cover = max(Fraction(small_w, self.video.display_width), Fraction(small_h, self.video.display_height))
        back_w, back_h = (
            _even(float(side * cover) + 1) for side in (self.video.display_width, self.video.display_height)
        )
        split = _then(last, graph.add("split", "2"))
        back = graph.add("scale", f"{back_w}:{back_h}:{_colours(picture)}")
        split.link_to(back, 0, 0)
        for name, args in (
            ("crop", f"{small_w}:{small_h}"),
            ("format", "yuv420p"),
            ("gblur", f"sigma={max(2, small_w // 14)}"),
            ("lutyuv", "y='16+(val-16)*0.62'"),
            ("scale", f"{self.width}:{self.height}:flags=bicubic"),
            ("setsar", "1"),
        ):
            back = _then(back, graph.add(name, args))
        front = graph.add("scale", f"{wide}:{high}:{_colours(picture)}")
        split.link_to(front, 1, 0)
        front = _then(_then(front, graph.add("format", "yuv420p")), graph.add("setsar", "1"))
        overlay = graph.add("overlay", f"{(self.width - wide) // 4 * 2}:{(self.height - high) // 4 * 2}")
        back.link_to(overlay, 0, 0)
        front.link_to(overlay, 0, 1)
        return overlay

    def _fitted(self) -> tuple[int, int]:
        shape = Fraction(self.video.display_width, self.video.display_height)
        if shape > Fraction(self.width, self.height):
            return self.width, _even(float(self.width / shape))
        return _even(float(self.height * shape)), self.height


def _then(left: FilterContext, right: FilterContext) -> FilterContext:
    left.link_to(right)
    return right


def _even(value: float) -> int:
    return max(2, round(value / 2) * 2)


def _source(picture: av.VideoFrame) -> str:
    base = picture.time_base or Fraction(1, av.time_base)
    return (
        f"video_size={picture.width}x{picture.height}:pix_fmt={picture.format.name}"
        f":time_base={base.numerator}/{base.denominator}:pixel_aspect=1/1"
        f":colorspace={int(picture.colorspace)}:range={int(picture.color_range)}"
    )


def _turning(rotation: int) -> list[tuple[str, str]]:
    """Filters for a counter-clockwise turn."""
    if rotation == 180:
        return [("hflip", ""), ("vflip", "")]
    return [_TURNS[rotation]] if rotation in _TURNS else []


def _colours(picture: av.VideoFrame) -> str:
    """How to read the picture's colours; an untagged one is BT.709 from 720 lines up, else BT.601."""
    guess = "bt709" if min(picture.width, picture.height) >= 720 else "bt601"
    matrix = _MATRICES.get(int(picture.colorspace), guess)
    full = int(picture.color_range) == 2 or picture.format.name.startswith("yuvj")
    read = "" if picture.format.is_rgb else f"in_color_matrix={matrix}:in_range={'pc' if full else 'tv'}:"
    return f"flags=bicubic:{read}out_color_matrix=bt709:out_range=tv"
