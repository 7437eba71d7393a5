"""What may come in: endings, hidden files, and a jail that no link leaves."""

from pathlib import Path

import pytest

from kinoloop.core.errors import ForbiddenError, InputError, NotFoundError
from kinoloop.footage.intake.rules import (
    is_hidden,
    media_files,
    media_kind,
    require_kind,
    resolve_inside,
)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.mp4", "video"),
        ("A.MOV", "video"),
        ("b.m4v", "video"),
        ("c.wav", "audio"),
        ("d.txt", None),
        ("mp4", None),
    ],
)
def test_the_ending_tells_the_kind(name: str, kind: str | None) -> None:
    assert media_kind(Path(name)) == kind


def test_an_unknown_ending_is_told_with_the_known_ones() -> None:
    assert require_kind(Path("a.mkv")) == "video"
    with pytest.raises(InputError, match="flac flv m4a m4v mkv"):
        require_kind(Path("notes.txt"))


def test_names_with_a_dot_are_hidden() -> None:
    assert is_hidden(Path("/x/._a.mp4")) and not is_hidden(Path("/.x/a.mp4"))


def test_a_named_file_or_the_videos_of_a_folder(tmp_path: Path) -> None:
    for name in ("b.mp4", "a.mov", "c/d.mkv", ".trash/x.mp4", "c/._d.mkv", "song.mp3"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    assert [path.name for path in media_files(tmp_path)] == ["a.mov", "b.mp4", "d.mkv"]
    assert media_files(tmp_path / "song.mp3") == (tmp_path / "song.mp3",)
    with pytest.raises(NotFoundError):
        media_files(tmp_path / "none")


def test_inside_is_the_root_itself_or_below_it(tmp_path: Path) -> None:
    film = tmp_path / "in" / "deep" / "a.mp4"
    film.parent.mkdir(parents=True)
    film.touch()
    assert resolve_inside(film, [tmp_path / "in"]) == film
    assert resolve_inside(tmp_path / "in", [tmp_path / "in"]) == tmp_path / "in"
    assert resolve_inside(tmp_path / "in" / "deep" / ".." / "deep" / "a.mp4", [tmp_path / "in"]) == film


def test_nothing_leads_out_of_the_jail(tmp_path: Path) -> None:
    jail, outside = tmp_path / "jail", tmp_path / "jail-break"
    jail.mkdir()
    outside.mkdir()
    (outside / "a.mp4").touch()
    (jail / "link.mp4").symlink_to(outside / "a.mp4")
    (jail / "door").symlink_to(outside)
    for path in (
        outside / "a.mp4",
        jail / "link.mp4",
        jail / "door" / "a.mp4",
        jail / ".." / "jail-break" / "a.mp4",
    ):
        with pytest.raises(ForbiddenError, match="outside the folders"):
            resolve_inside(path, [jail, tmp_path / "absent"])
    with pytest.raises(ForbiddenError):
        resolve_inside(jail, [])


def test_a_link_inside_the_jail_is_followed(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").touch()
    (tmp_path / "b.mp4").symlink_to(tmp_path / "a.mp4")
    assert resolve_inside(tmp_path / "b.mp4", [tmp_path]) == tmp_path / "a.mp4"


def test_paths_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(NotFoundError):
        resolve_inside(tmp_path / "none.mp4", [tmp_path])
    for path in (Path("a\0b"), tmp_path / "loop", tmp_path / ("x" * 300)):
        with pytest.raises(InputError):
            resolve_inside(path, [tmp_path])
