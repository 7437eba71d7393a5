"""Write a GIF with one palette for the whole film: made of all its pictures, then each is drawn with it."""

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from pathlib import Path

import av
from av.filter import Graph
from av.filter.context import FilterContext
from av.video.format import VideoFormat
from av.video.stream import VideoStream

_RGB = VideoFormat("rgb24")
_DITHER = "dither=bayer:bayer_scale=4:diff_mode=rectangle"
"""An even pattern stays where it is from picture to picture, so that unchanged parts cost nothing."""


def write_gif(
    frames: Callable[[], Iterable[av.VideoFrame]], out: Path, *, size: tuple[int, int], rate: Fraction
) -> None:
    """Draw `frames` (asked for twice; BT.709 pictures of `size`) as a GIF that repeats for ever."""
    palette = _palette(_coloured(frames(), rate), size, rate)
    with av.open(str(out), "w", format="gif", options={"loop": "0"}) as container:
        stream = container.add_stream("gif", rate=rate)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = *size, "pal8"
        stream.codec_context.time_base = 1 / rate
        for drawn in _drawn(_coloured(frames(), rate), palette, size, rate):
            container.mux(stream.encode(drawn))
        container.mux(stream.encode(None))


def _coloured(frames: Iterable[av.VideoFrame], rate: Fraction) -> Iterator[av.VideoFrame]:
    for number, frame in enumerate(frames):
        made = frame.reformat(format="rgb24", src_colorspace="ITU709", dst_colorspace="DEFAULT")
        made.pts, made.time_base = number, 1 / rate
        yield made


def _palette(frames: Iterable[av.VideoFrame], size: tuple[int, int], rate: Fraction) -> av.VideoFrame:
    """A picture of the 256 colours that serve all frames best."""
    graph = Graph()
    source = graph.add_buffer(width=size[0], height=size[1], format=_RGB, time_base=1 / rate)
    make, sink = graph.add("palettegen", "stats_mode=full:reserve_transparent=0"), graph.add("buffersink")
    source.link_to(make)
    make.link_to(sink)
    graph.configure()
    for frame in frames:
        source.push(frame)
    source.push(None)
    return _pulled(sink)[0]


def _drawn(
    frames: Iterable[av.VideoFrame], palette: av.VideoFrame, size: tuple[int, int], rate: Fraction
) -> Iterator[av.VideoFrame]:
    graph = Graph()
    source = graph.add_buffer(width=size[0], height=size[1], format=_RGB, time_base=1 / rate)
    colours = graph.add_buffer(
        width=palette.width, height=palette.height, format=palette.format, time_base=1 / rate
    )
    use, sink = graph.add("paletteuse", _DITHER), graph.add("buffersink")
    source.link_to(use, 0, 0)
    colours.link_to(use, 0, 1)
    use.link_to(sink)
    graph.configure()
    palette.pts, palette.time_base = 0, 1 / rate
    colours.push(palette)
    colours.push(None)
    for frame in frames:
        source.push(frame)
        yield from _pulled(sink)
    source.push(None)
    yield from _pulled(sink)


def _pulled(sink: FilterContext) -> list[av.VideoFrame]:
    found: list[av.VideoFrame] = []
    while True:
        try:
            frame = sink.pull()
        except (av.BlockingIOError, av.EOFError):
            return found
        assert isinstance(frame, av.VideoFrame)
        found.append(frame)
