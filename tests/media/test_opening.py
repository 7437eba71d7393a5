"""What is let in, and in which words the rest is refused."""

import resource
from pathlib import Path

import pytest

from kinoloop.core.errors import MediaError, NotFoundError
from kinoloop.media.opening import open_media, picture_stream, refuse_size, sound_stream
from tests.films import draw_film, draw_sound


def test_a_film_opens_with_its_picture_and_sound(tmp_path: Path) -> None:
    film = draw_film(tmp_path / "a.mp4", seconds=0.4)
    with open_media(film.path) as container:
        picture, sound = picture_stream(container), sound_stream(container)
        assert picture is not None and picture.codec_context.width == 320
        assert sound is not None and sound.codec_context.sample_rate == 48_000


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"just words\n" * 90, "is text"),
        (b"#EXTM3U\n#EXTINF:10,\nhttp://127.0.0.1/a.ts\n", "playlist"),
        (b"ffconcat version 1.0\nfile 'other.mp4'\n", "playlist"),
        (b'<?xml version="1.0"?><MPD/>', "playlist"),
        (bytes(range(256)) * 40, "cannot be read as media"),
        (b"\x89PNG\r\n\x1a\n" + bytes(400), "cannot be read as media"),
    ],
)
def test_what_is_no_media_is_refused_by_content(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "named-like-a-film.mp4"
    path.write_bytes(content)
    with pytest.raises(MediaError, match=words) as refused, open_media(path):
        pass
    assert refused.value.why and refused.value.fix


def test_a_copy_cut_short_before_its_index_says_so(tmp_path: Path) -> None:
    film = draw_film(tmp_path / "a.mp4", seconds=1)
    film.path.write_bytes(film.path.read_bytes()[:-4000])
    with pytest.raises(MediaError, match="index is missing"), open_media(film.path):
        pass


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1/a.mp4", "concat:a.mp4|b.mp4", "rtsp://h/x", "data:video/mp4,x"]
)
def test_addresses_are_refused(address: str) -> None:
    with pytest.raises(MediaError, match="not a local file"), open_media(Path(address)):
        pass


def test_a_file_whose_name_looks_like_an_address_opens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = draw_film(tmp_path / "a.mp4", seconds=0.2)
    film.path.rename(tmp_path / "concat:a.mp4")
    monkeypatch.chdir(tmp_path)
    with open_media(Path("concat:a.mp4")) as container:
        assert picture_stream(container) is not None


def test_missing_files_and_folders_have_their_own_words(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no file"), open_media(tmp_path / "gone.mp4"):
        pass
    with pytest.raises(MediaError, match="not a file"), open_media(tmp_path):
        pass


def test_the_largest_film_stream_is_used_and_cover_art_never(tmp_path: Path) -> None:
    path = draw_sound(tmp_path / "song.m4a", seconds=0.5)
    with open_media(path) as container:
        assert picture_stream(container) is None
        assert sound_stream(container) is not None


def test_absurd_sizes_are_refused() -> None:
    refuse_size(Path("a.mp4"), 8192, 8192)
    for width, height in ((8193, 16), (16, 20_000)):
        with pytest.raises(MediaError, match="too large"):
            refuse_size(Path("a.mp4"), width, height)


@pytest.mark.parametrize("side", [9000, 20_000, 65_000])
def test_a_header_that_lies_about_its_size_takes_no_memory(tmp_path: Path, side: int) -> None:
    path = lying_header(tmp_path, side)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(MediaError, match="no picture or sound") as refused, open_media(path):
        pass
    assert "beyond 8192" in refused.value.why
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


def test_a_large_header_is_refused_by_size(tmp_path: Path) -> None:
    film = draw_film(tmp_path / "a.mkv", codec="ffv1", seconds=0.04, size=(8200, 16), sound="none")
    with pytest.raises(MediaError, match="too large: 8200 x 16"), open_media(film.path):
        pass


def lying_header(folder: Path, side: int) -> Path:
    """A tiny film whose container and pictures all claim to be `side` x `side`."""
    film = draw_film(
        folder / "mj.avi", codec="mjpeg", pix_fmt="yuvj420p", seconds=0.4, sound="none", size=(64, 48)
    )
    data = bytearray(film.path.read_bytes())
    at = data.index(b"strf") + 8
    data[at + 4 : at + 12] = side.to_bytes(4, "little") * 2
    at = -1
    while (at := data.find(b"\xff\xc0\x00\x11", at + 1)) >= 0:
        data[at + 5 : at + 9] = side.to_bytes(2, "big") * 2
    film.path.write_bytes(data)
    return film.path
