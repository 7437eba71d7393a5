"""Stills: the right picture upright, strips of the right size, a readable sheet, errors with words."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kinoloop.core.errors import InputError, MediaError
from kinoloop.media.sheet import contact_sheet, scrub_strip, thumbnail
from tests.films import draw_film, draw_sound, read_frame_number


def test_a_thumbnail_shows_the_picture_of_that_time(tmp_path: Path) -> None:
    film = draw_film(tmp_path / "film.mp4", seconds=3, timecode=True)
    thumbnail(film.path, Fraction("1.21"), tmp_path / "t.jpg", width=200)
    with Image.open(tmp_path / "t.jpg") as image:
        assert image.size == (200, 112)
        assert read_frame_number(np.asarray(image)) == 30
    thumbnail(film.path, Fraction(99), tmp_path / "end.jpg")
    with Image.open(tmp_path / "end.jpg") as image:
        assert read_frame_number(np.asarray(image)) >= 72


@pytest.mark.parametrize(("rotation", "aspect", "size"), [(90, None, (90, 160)), (0, Fraction(2), (90, 25))])
def test_stills_are_upright_and_in_display_shape(
    tmp_path: Path, rotation: int, aspect: Fraction | None, size: tuple[int, int]
) -> None:
    film = draw_film(tmp_path / "film.mp4", seconds=1, rotation=rotation, sample_aspect=aspect)
    thumbnail(film.path, Fraction(0), tmp_path / "t.jpg", width=90)
    scrub_strip(film.path, tmp_path / "s.jpg", count=4, width=90)
    with Image.open(tmp_path / "t.jpg") as still, Image.open(tmp_path / "s.jpg") as strip:
        assert still.size == size
        assert strip.size == (size[0] * 4, size[1])


def test_a_strip_goes_through_the_film(tmp_path: Path) -> None:
    film = draw_film(tmp_path / "film.mp4", seconds=8, timecode=True, options={"g": "25"})
    scrub_strip(film.path, tmp_path / "s.jpg", count=8)
    with Image.open(tmp_path / "s.jpg") as strip:
        cells = [np.asarray(strip.crop((n * 160, 0, n * 160 + 160, 90))) for n in range(8)]
    assert [read_frame_number(cell) for cell in cells] == [n * 25 for n in range(8)]


def test_a_contact_sheet_holds_all_pictures(tmp_path: Path) -> None:
    pictures = []
    for number, colour in enumerate(((200, 0, 0), (0, 200, 0), (0, 0, 200))):
        path = tmp_path / f"{number}.png"
        Image.new("RGB", (90, 160), colour).save(path)
        pictures.append((path, f"clip {number} with a very long name indeed 漢\n0:01 to 0:09"))
    contact_sheet(pictures, tmp_path / "sheet.jpg", title="Three clips", columns=2, cell=180)
    with Image.open(tmp_path / "sheet.jpg") as sheet:
        assert sheet.width == 24 + 2 * 204
        pixels = np.asarray(sheet).astype(int)
    for channel in range(3):
        others = [c for c in range(3) if c != channel]
        assert ((pixels[..., channel] > 150) & (pixels[..., others].max(axis=2) < 60)).sum() > 10_000


def test_what_has_no_picture_is_refused(tmp_path: Path) -> None:
    sound = draw_sound(tmp_path / "a.wav")
    with pytest.raises(MediaError, match="no picture"):
        thumbnail(sound, Fraction(0), tmp_path / "t.jpg")
    with pytest.raises(MediaError, match="no picture"):
        scrub_strip(sound, tmp_path / "t.jpg")
    with pytest.raises(InputError, match="no pictures"):
        contact_sheet([], tmp_path / "t.jpg")
    with pytest.raises(InputError, match="not a picture"):
        contact_sheet([(sound, "x")], tmp_path / "t.jpg")
    assert not (tmp_path / "t.jpg").exists()
