"""Cards are read back from their pixels: text stands in its room, reads on any palette, logos stay safe."""

import struct
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from kinoloop.core.errors import InputError, MediaError, NotFoundError
from kinoloop.media.cards import draw_card, fit_logo
from kinoloop.media.cards.colours import (
    TEXT,
    apart,
    colour_of,
    contrast,
    hex_of,
    luminance,
    mixed,
    readable_on,
)
from kinoloop.media.cards.drawing import compose, lost_letters
from kinoloop.media.cards.lines import even_lines, fit
from kinoloop.media.cards.scheme import HOUSE, scheme_of

SHAPES = ((270, 480), (270, 270), (480, 270))
LEVELS = st.tuples(*[st.integers(0, 255)] * 3)
PALETTES = st.lists(LEVELS.map(hex_of), max_size=4).map(tuple)


def logo(path: Path, colour: tuple[int, int, int, int] = (30, 30, 40, 255)) -> Path:
    picture = Image.new("RGBA", (200, 120), (0, 0, 0, 0))
    picture.paste(colour, (40, 30, 160, 90))
    picture.save(path)
    return path


@pytest.mark.parametrize(("width", "height"), SHAPES)
@pytest.mark.parametrize("palette", [HOUSE, ("#fff7e8", "#ff6a3d"), ("#ff0000", "#00ff00", "#0000ff")])
def test_letters_stand_inside_their_room_and_read(
    width: int, height: int, palette: tuple[str, ...], tmp_path: Path
) -> None:
    path = draw_card(
        tmp_path / "card.png",
        width=width,
        height=height,
        title="Follows the daylight from dawn to dusk",
        small="20% off until Sunday",
        palette=palette,
    )
    with Image.open(path) as card:
        assert card.size == (width, height) and card.format == "PNG"
        pixels = np.asarray(card.convert("RGB")).astype(int)
    letters = scheme_of(palette).letters
    ink = np.abs(pixels - letters).sum(axis=2) < 40
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    assert ink.mean() > 0.02
    assert columns[0] > width * 0.05 and columns[-1] < width * 0.95
    assert rows[0] > height * 0.08 and rows[-1] < height * (0.6 if height > width else 0.8)


@given(PALETTES)
def test_any_palette_reads(palette: tuple[str, ...]) -> None:
    scheme = scheme_of(palette)
    assert scheme.worst >= TEXT


@given(LEVELS, LEVELS)
def test_contrast_is_a_ratio(one: tuple[int, int, int], other: tuple[int, int, int]) -> None:
    assert 1 <= contrast(one, other) <= 21
    assert contrast(one, other) == contrast(other, one)
    assert contrast(readable_on(one, ()), one) >= TEXT
    assert apart(one, one) == 0 <= apart(one, other)
    assert colour_of(hex_of(one)) == one
    assert mixed(one, other, 0) == one and mixed(one, other, 1) == other


def test_known_contrasts() -> None:
    """From WCAG's own understanding documents: black on white 21, #777 on white just below 4.5."""
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((119, 119, 119), (255, 255, 255)) == pytest.approx(4.48, abs=0.01)
    assert luminance((255, 0, 0)) == pytest.approx(0.2126, abs=1e-4)
    assert apart((255, 255, 255), (0, 0, 0)) == pytest.approx(100, abs=0.1)


@pytest.mark.parametrize("text", ["blue", "#12", "#12345g", "123456", ""])
def test_what_is_no_colour(text: str) -> None:
    with pytest.raises(InputError):
        colour_of(text)


@given(st.lists(st.text("abcdefg", min_size=1, max_size=9), min_size=1, max_size=9), st.integers(1, 4))
@settings(max_examples=60)
def test_lines_hold_every_word_in_order(words: list[str], count: int) -> None:
    lines = even_lines(words, count, 20)
    assert " ".join(lines).split() == words
    assert len(lines) == min(count, len(words))


def test_a_short_title_is_larger_than_a_long_one() -> None:
    room = {"width": 800, "height": 600, "largest": 150, "smallest": 30, "most_lines": 4}
    assert fit("Sale", **room).size == 150
    assert fit("A much longer title that needs several lines", **room).size < 150
    with pytest.raises(InputError, match="too long"):
        fit("word " * 200, **room)


def test_what_cannot_be_drawn(tmp_path: Path) -> None:
    for width, height, title in (
        (10, 400, "Hi"),
        (300, 9000, "Hi"),
        (300, 300, ""),
        (300, 300, "\u3042\u3044"),
    ):
        with pytest.raises(InputError):
            draw_card(tmp_path / "card.png", width=width, height=height, title=title)
    with pytest.raises(InputError):
        draw_card(tmp_path / "card.png", width=300, height=300, title="x" * 400)
    assert not list(tmp_path.iterdir())
    assert lost_letters("All there") is None
    assert "\u3042" in (lost_letters("One \u3042 lost") or "")


def test_the_logo_is_seen_on_any_ground(tmp_path: Path) -> None:
    """A dark logo on a dark ground gets a plate; on a light one it stands bare."""
    mark = logo(tmp_path / "logo.png")
    for palette, plated in ((("#101018",), True), (("#f4f4f0",), False)):
        scheme = scheme_of(palette)
        card = np.asarray(compose(480, 480, "Hi", "", scheme, mark)).astype(int)
        white = (np.abs(card - 255).sum(axis=2) < 6).mean()
        assert (white > 0.01) == plated
        dark = np.abs(card - (30, 30, 40)).sum(axis=2) < 12
        assert dark.sum() > 400


def test_a_logo_keeps_its_shape_and_loses_its_border(tmp_path: Path) -> None:
    fitted = fit_logo(logo(tmp_path / "logo.png"), 200, 50)
    assert fitted.size == (100, 50)
    photo = tmp_path / "photo.jpg"
    Image.new("RGB", (20, 10), (200, 0, 0)).save(photo)
    assert fit_logo(photo, 400, 400).size == (40, 20)


def bomb(width: int, height: int) -> bytes:
    """A PNG header that claims a huge picture."""
    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    chunk = struct.pack(">I", 13) + b"IHDR" + head + struct.pack(">I", zlib.crc32(b"IHDR" + head))
    end = struct.pack(">I", 0) + b"IEND" + struct.pack(">I", zlib.crc32(b"IEND"))
    data = zlib.compress(b"\0" * 64)
    body = struct.pack(">I", len(data)) + b"IDAT" + data + struct.pack(">I", zlib.crc32(b"IDAT" + data))
    return b"\x89PNG\r\n\x1a\n" + chunk + body + end


def test_hostile_logos_are_refused(tmp_path: Path) -> None:
    gif = BytesIO()
    Image.new("P", (4, 4)).save(gif, "GIF")
    whole = BytesIO()
    Image.effect_noise((64, 64), 50).save(whole, "PNG")
    bad = {
        "svg.png": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        "gif.png": gif.getvalue(),
        "huge.png": bomb(60000, 60000),
        "wide.png": bomb(9000, 10),
        "cut.png": whole.getvalue()[:600],
        "empty.png": b"",
    }
    for name, data in bad.items():
        path = tmp_path / name
        path.write_bytes(data)
        with pytest.raises(MediaError) as told:
            fit_logo(path, 100, 100)
        assert name in told.value.what and told.value.fix
    with pytest.raises(NotFoundError):
        fit_logo(tmp_path / "none.png", 10, 10)
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(tmp_path / "clear.png")
    with pytest.raises(InputError, match="transparent"):
        fit_logo(tmp_path / "clear.png", 10, 10)
