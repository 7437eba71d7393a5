"""Reading folders and files: order, hidden files, links, and errors that stop nothing else."""

import os
from pathlib import Path

import pytest

from kinoloop.core.errors import ForbiddenError, InputError, MediaError
from kinoloop.core.ids import hash_bytes
from kinoloop.footage.intake.folders import find_videos, look_at


def _fill(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())


def test_videos_come_in_name_order_without_hidden_ones(tmp_path: Path) -> None:
    _fill(tmp_path, "b.mp4", "a.MOV", "c/x.mkv", "c/.y.mkv", ".git/z.mp4", "notes.txt", "song.mp3", "._b.mp4")
    found = find_videos(tmp_path, [tmp_path])
    assert [path.name for path in found.files] == ["a.MOV", "b.mp4", "x.mkv"]
    assert found.refused == ()
    assert [path.name for path in find_videos(tmp_path, [tmp_path], recursive=False).files] == [
        "a.MOV",
        "b.mp4",
    ]


def test_a_link_out_is_refused_and_the_rest_goes_on(tmp_path: Path) -> None:
    jail = tmp_path / "jail"
    _fill(jail, "a.mp4")
    _fill(tmp_path, "secret.mp4")
    (jail / "b.mp4").symlink_to(tmp_path / "secret.mp4")
    (jail / "c.mp4").symlink_to(jail / "a.mp4")
    (jail / "gone.mp4").symlink_to(jail / "nothing.mp4")
    (jail / "again").symlink_to(jail)
    found = find_videos(jail, [jail])
    assert [path.name for path in found.files] == ["a.mp4"]
    assert [(Path(r.path).name, r.error and r.error["code"]) for r in found.refused] == [
        ("b.mp4", "forbidden"),
        ("gone.mp4", "not_found"),
    ]
    assert found.refused[0].as_dict()["outcome"] == "failed"


def test_a_folder_outside_or_a_file_is_refused(tmp_path: Path) -> None:
    _fill(tmp_path, "a.mp4")
    with pytest.raises(InputError, match="not a folder"):
        find_videos(tmp_path / "a.mp4", [tmp_path])
    with pytest.raises(ForbiddenError):
        find_videos(tmp_path, [tmp_path / "a.mp4"])


def test_a_folder_that_cannot_be_read_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _fill(tmp_path, "a.mp4", "closed/b.mp4")
    real = os.scandir

    def closed(path: str) -> object:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", closed)
    found = find_videos(tmp_path, [tmp_path])
    assert [path.name for path in found.files] == ["a.mp4"]
    assert found.refused[0].error is not None and "Permission denied" in found.refused[0].error["why"]


def test_a_file_is_known_by_its_content(tmp_path: Path) -> None:
    _fill(tmp_path, "a.mp4", "voice.wav")
    seen = look_at(tmp_path / "a.mp4", [tmp_path])
    assert (seen.kind, seen.size_bytes, seen.sha256) == ("video", 5, hash_bytes(b"a.mp4"))
    assert look_at(tmp_path / "voice.wav", [tmp_path]).kind == "audio"


def test_files_that_are_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _fill(tmp_path, "a.mp4")
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "folder.mp4").mkdir()
    with pytest.raises(MediaError, match="0 bytes"):
        look_at(tmp_path / "empty.mp4", [tmp_path])
    with pytest.raises(InputError, match="not a file"):
        look_at(tmp_path / "folder.mp4", [tmp_path])

    def broken(_path: Path) -> str:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("kinoloop.footage.intake.folders.hash_file", broken)
    with pytest.raises(MediaError, match="Input/output error"):
        look_at(tmp_path / "a.mp4", [tmp_path])
