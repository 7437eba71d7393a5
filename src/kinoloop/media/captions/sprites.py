"""Draw one state of a cue (its words, one of them being said) as a transparent picture with Pillow."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from PIL import Image, ImageDraw, ImageFilter

from kinoloop.media.captions.fonts import Font, font_of
from kinoloop.media.captions.styles import Colour, Style

Lines = Sequence[Sequence[str]]


@dataclass(frozen=True)
class _Placed:
    """A word and where its pen starts (x) on its baseline (y)."""

    text: str
    x: float
    y: float
    width: float


def text_width(line: Sequence[str], size: int) -> float:
    """Width in pixels of the words with single spaces."""
    return font_of(size).getlength(" ".join(line))


def fitting_size(lines: Lines, wanted: int, smallest: int, room: float) -> int:
    """The largest size up to `wanted` at which each line fits `room`, but not below `smallest`."""
    widest = max((text_width(line, wanted) for line in lines), default=0.0)
    return wanted if widest <= room else max(smallest, int(wanted * room / widest))


def draw_state(lines: Lines, spoken: int | None, style: Style, size: int) -> Image.Image:
    """RGBA picture, just large enough, of the lines centred; `spoken` counts words over all lines."""
    font = font_of(size)
    pad = round(size * 0.42)
    words, width, height = _place(lines, font, style, size, pad)
    canvas = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    if style.box is not None:
        ImageDraw.Draw(canvas).rounded_rectangle(
            (0, 0, width - 1, height - 1), round(size * 0.32), fill=style.box
        )
    marked = words[spoken] if spoken is not None and spoken < len(words) else None
    if style.shadow:
        canvas.alpha_composite(_shadow(words, font, style, canvas.size))
    if marked is not None and style.mark == "pill":
        _draw_pill(canvas, marked, font, style, size)
    for number, word in enumerate(words):
        fill = style.accent if word is marked and style.mark == "colour" else style.fill
        waiting = spoken is not None and number > spoken
        bare = word is marked and style.mark == "pill"
        _draw_word(
            canvas, word, font, style, fill, opacity=style.waiting if waiting else 1.0, outlined=not bare
        )
    return canvas


def _place(lines: Lines, font: Font, style: Style, size: int, pad: int) -> tuple[list[_Placed], int, int]:
    ascent, descent = font.getmetrics()
    step = round(size * style.line_gap)
    widths = [text_width(line, size) for line in lines]
    width = round(max(widths, default=0.0)) + 2 * pad
    words = []
    for row, line in enumerate(lines):
        lengths = [font.getlength(word) for word in line]
        starts = accumulate((length + font.getlength(" ") for length in lengths), initial=0.0)
        left = (width - widths[row]) / 2
        base = pad // 2 + ascent + row * step
        words += [_Placed(word, left + x, base, w) for word, x, w in zip(line, starts, lengths, strict=False)]
    height = pad // 2 * 2 + ascent + descent + step * (len(lines) - 1)
    return words, width, height


def _shadow(words: Sequence[_Placed], font: Font, style: Style, size: tuple[int, int]) -> Image.Image:
    mask = Image.new("L", size, 0)
    pen = ImageDraw.Draw(mask)
    drop = font.size * 0.06
    for word in words:
        pen.text(
            (word.x, word.y + drop), word.text, 255, font, "ls", stroke_width=font.size * style.outline_width
        )
    soft = mask.filter(ImageFilter.GaussianBlur(font.size * 0.07)).point(
        lambda level: int(level * style.shadow)
    )
    shade = Image.new("RGBA", size, (0, 0, 0, 0))
    shade.putalpha(soft)
    return shade


def _draw_pill(canvas: Image.Image, word: _Placed, font: Font, style: Style, size: int) -> None:
    ascent, descent = font.getmetrics()
    side, top = size * 0.19, word.y - ascent * 0.93
    box = (word.x - side, top, word.x + word.width + side, word.y + descent * 0.9)
    _smooth_box(canvas, box, size * 0.24, style.accent)


def _smooth_box(
    canvas: Image.Image, box: tuple[float, float, float, float], radius: float, fill: Colour
) -> None:
    """A rounded box with soft edges: drawn four times as large, then reduced."""
    large = Image.new("L", (canvas.width * 4, canvas.height * 4), 0)
    edges = [edge * 4 for edge in box]
    ImageDraw.Draw(large).rounded_rectangle(edges, radius * 4, fill=255)
    mask = large.resize(canvas.size, Image.Resampling.BOX)
    layer = Image.new("RGBA", canvas.size, (*fill, 0))
    layer.putalpha(mask)
    canvas.alpha_composite(layer)


def _draw_word(
    canvas: Image.Image,
    word: _Placed,
    font: Font,
    style: Style,
    fill: Colour,
    *,
    opacity: float,
    outlined: bool,
) -> None:
    layer = Image.new("RGBA", canvas.size, (*fill, 0))
    pen = ImageDraw.Draw(layer)
    place = (word.x, word.y)
    if style.outline_width and outlined:
        stroke = font.size * style.outline_width
        pen.text(
            place,
            word.text,
            (*style.outline, 255),
            font,
            "ls",
            stroke_width=stroke,
            stroke_fill=(*style.outline, 255),
        )
    top = Image.new("L", canvas.size, 0)
    ImageDraw.Draw(top).text(place, word.text, round(255 * opacity), font, "ls")
    canvas.alpha_composite(layer)
    letters = Image.new("RGBA", canvas.size, (*fill, 0))
    letters.putalpha(top)
    canvas.alpha_composite(letters)
