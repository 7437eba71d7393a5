"""Still pictures of films: a thumbnail, a strip to scrub through, a labelled contact sheet. All JPEG."""

from collections.abc import Sequence
from fractions import Fraction
from math import ceil
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from PIL import Image, ImageDraw

from kinoloop.core.errors import InputError, MediaError
from kinoloop.core.files import whole_file
from kinoloop.core.timecode import Seconds
from kinoloop.media.captions.fonts import drawable, font_of
from kinoloop.media.opening import open_media
from kinoloop.media.probe import probe
from kinoloop.media.records import MediaInfo
from kinoloop.media.spans import pictures_at

_PAPER, _CARD, _INK, _FAINT = (18, 19, 24), (29, 31, 39), (240, 241, 245), (150, 154, 168)


def thumbnail(path: Path, at: Seconds, out: Path, width: int = 320) -> None:
    """The picture shown at `at` (moved inside the film), as a viewer sees it."""
    info = _with_picture(path)
    last = (info.video.duration if info.video else None) or info.duration
    found = next(
        iter(pictures_at(path, info, [max(Fraction(0), min(at, last - Fraction(1, 10)))], fast=True))
    )
    _save(_upright(found[1], info, width), out, 86)


def scrub_strip(path: Path, out: Path, count: int = 20, width: int = 160) -> None:
    """`count` pictures side by side, evenly spaced; each is the key picture nearest before its time."""
    info = _with_picture(path)
    last = (info.video.duration if info.video else None) or info.duration
    with open_media(path) as container:
        pictures = [
            _key_picture(container, info, info.start + last * (2 * number + 1) / (2 * count))
            for number in range(count)
        ]
    made = [_upright(picture, info, width) for picture in pictures if picture is not None]
    if not made:
        raise MediaError(f"No picture of '{path.name}' can be decoded.", fix="Export or copy the film again.")
    strip = Image.new("RGB", (width * count, made[0].height))
    for number in range(count):
        strip.paste(made[min(number, len(made) - 1)], (number * width, 0))
    _save(strip, out, 78)


def contact_sheet(
    pictures: Sequence[tuple[Path, str]], out: Path, *, title: str = "", columns: int = 4, cell: int = 320
) -> None:
    """Pictures with labels on a dark sheet. A label may have two lines; the second is set fainter."""
    if not pictures:
        raise InputError("There are no pictures for the contact sheet.", fix="Make clips first.")
    images = [_opened(path) for path, _ in pictures]
    columns = min(columns, len(images))
    tall = max(round(cell * image.height / image.width) for image in images)
    gap, head, foot = 24, 92 if title else 24, 62
    rows = ceil(len(images) / columns)
    sheet = Image.new("RGB", (gap + columns * (cell + gap), head + rows * (tall + foot + gap)), _PAPER)
    pen = ImageDraw.Draw(sheet)
    if title:
        pen.text((gap, 30), drawable(title), _INK, font_of(32))
    for number, (image, (_, label)) in enumerate(zip(images, pictures, strict=True)):
        x = gap + number % columns * (cell + gap)
        y = head + number // columns * (tall + foot + gap)
        _card(sheet, image, label, (x, y, cell, tall, foot))
    _save(sheet, out, 90)


def _card(sheet: Image.Image, image: Image.Image, label: str, place: tuple[int, int, int, int, int]) -> None:
    """One picture fitted into its card with rounded corners, and its label below."""
    x, y, wide, tall, foot = place
    pen = ImageDraw.Draw(sheet)
    pen.rounded_rectangle((x, y, x + wide - 1, y + tall + foot - 1), 14, fill=_CARD)
    scale = min(wide / image.width, tall / image.height)
    fitted = image.resize(
        (max(1, round(image.width * scale)), max(1, round(image.height * scale))), Image.Resampling.LANCZOS
    )
    mask = Image.new("L", fitted.size, 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, fitted.width - 1, fitted.height + 14), 14, fill=255)
    sheet.paste(fitted, (x + (wide - fitted.width) // 2, y + (tall - fitted.height) // 2), mask)
    for row, (line, ink, size) in enumerate(
        zip(label.split("\n")[:2], (_INK, _FAINT), (17, 14), strict=False)
    ):
        pen.text(
            (x + 14, y + tall + 11 + row * 24),
            _shortened(drawable(line), size, wide - 28),
            ink,
            font_of(size),
        )


def _shortened(text: str, size: int, room: int) -> str:
    font = font_of(size)
    if font.getlength(text) <= room:
        return text
    while text and font.getlength(text + "…") > room:
        text = text[:-1]
    return text.rstrip() + "…"


def _with_picture(path: Path) -> MediaInfo:
    info = probe(path)
    if info.video is None:
        raise MediaError(f"'{path.name}' has no picture.", fix="Choose a film.")
    return info


def _key_picture(container: InputContainer, info: MediaInfo, at: Seconds) -> av.VideoFrame | None:
    """Only key pictures are decoded. None where nothing decodes."""
    assert info.video is not None
    stream = container.streams.video[0]
    for candidate in container.streams.video:
        if candidate.index == info.video.index:
            stream = candidate
    stream.codec_context.skip_frame = "NONKEY"
    try:
        container.seek(int(at / info.video.time_base), stream=stream, backward=True)
        for packet in container.demux(stream):
            if packet.is_keyframe or not packet.size:
                frames = [*packet.decode(), *stream.codec_context.decode(None)]
                stream.codec_context.flush_buffers()
                if frames:
                    return frames[0]
    except av.FFmpegError:
        return None
    return None


def _upright(frame: av.VideoFrame, info: MediaInfo, width: int) -> Image.Image:
    """Scaled to `width`, turned, in its display shape."""
    assert info.video is not None
    video = info.video
    high = max(1, round(width * video.display_height / video.display_width))
    stored = (width, high) if video.rotation % 180 == 0 else (high, width)
    pixels = frame.reformat(width=stored[0], height=stored[1], format="rgb24").to_ndarray()
    return Image.fromarray(np.ascontiguousarray(np.rot90(pixels, video.rotation // 90)))


def _opened(path: Path) -> Image.Image:
    try:
        with Image.open(path) as image:
            return image.convert("RGB")
    except OSError as error:
        raise InputError(f"'{path.name}' is not a picture.", why=str(error)) from error


def _save(image: Image.Image, out: Path, quality: int) -> None:
    with whole_file(out) as part:
        image.save(part, "JPEG", quality=quality, optimize=True)
