"""A local picture becomes a data URL that fits, upright and recognisable."""

from base64 import b64decode
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from kinoloop.core.errors import InputError, MediaError, NotFoundError
from kinoloop.vendors.first_frames import as_data_url, is_web_address


def opened(url: str) -> Image.Image:
    head, body = url.split(",", 1)
    assert head == "data:image/jpeg;base64"
    return Image.open(BytesIO(b64decode(body)))


def test_a_small_picture_keeps_its_size(tmp_path: Path) -> None:
    Image.new("RGB", (320, 180), (200, 30, 30)).save(tmp_path / "a.png")
    picture = opened(as_data_url(tmp_path / "a.png"))
    assert picture.size == (320, 180)
    red, green, blue = picture.convert("RGB").getpixel((100, 90))  # type: ignore[misc]  # three bands
    assert abs(red - 200) < 6 and abs(green - 30) < 6 and abs(blue - 30) < 6


def test_a_large_and_noisy_picture_is_made_to_fit(tmp_path: Path) -> None:
    Image.effect_noise((1080, 1920), 90).convert("RGB").save(tmp_path / "a.png")
    url = as_data_url(tmp_path / "a.png")
    width, height = opened(url).size
    assert len(url) <= 256_000 and abs(width / height - 1080 / 1920) < 0.01


def test_a_turned_picture_is_sent_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (40, 20)).save(tmp_path / "a.jpg", exif=exif)
    assert opened(as_data_url(tmp_path / "a.jpg")).size == (20, 40)


def test_what_cannot_fit_is_said(tmp_path: Path) -> None:
    Image.effect_noise((600, 600), 90).convert("RGB").save(tmp_path / "a.png")
    with pytest.raises(InputError, match="does not fit"):
        as_data_url(tmp_path / "a.png", limit=500)


def test_what_is_no_picture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"MZ not a picture")
    with pytest.raises(MediaError, match="not a picture"):
        as_data_url(tmp_path / "a.png")
    with pytest.raises(NotFoundError):
        as_data_url(tmp_path / "none.png")
    Image.new("1", (9000, 2)).save(tmp_path / "wide.png")
    with pytest.raises(MediaError, match="too large"):
        as_data_url(tmp_path / "wide.png")


def test_addresses_are_told_from_paths() -> None:
    assert is_web_address("https://a.example/b.png") and is_web_address("http://127.0.0.1:1/a")
    assert not is_web_address("/tmp/a.png") and not is_web_address("c:/a.png")
