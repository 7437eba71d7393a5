"""Files at rest: names are ids, everything stays inside the root."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.core.errors import ForbiddenError, LimitError
from kinoloop.store.blobs import Blobs


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "home")


def test_places_are_those_of_the_documents(blobs: Blobs) -> None:
    places = [
        blobs.video("job:1", "final.mp4"),
        blobs.storyboard("job", "scene_1.jpg"),
        blobs.upload("client", "0195f0c2", ".MP4"),
        blobs.analysis("asset", "tracks.npz"),
        blobs.cache("segments"),
    ]
    assert [blobs.relative(place) for place in places] == [
        "videos/job:1/final.mp4",
        "storyboards/job/scene_1.jpg",
        "uploads/client/0195f0c2.mp4",
        "analysis/asset/tracks.npz",
        "cache/segments",
    ]
    assert all(place.parent.is_dir() for place in places)


def test_what_the_database_keeps_leads_back_to_the_file(blobs: Blobs) -> None:
    place = blobs.video("job", "final.mp4")
    assert blobs.path(blobs.relative(place)) == place.resolve()


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../x", "a/b", "a\\b", ".hidden", "a..b", "a b", "a\x00", "-rf", "ü" * 3]
)
def test_a_name_that_is_no_id_is_refused(blobs: Blobs, name: str) -> None:
    with pytest.raises(ForbiddenError):
        blobs.video(name, "final.mp4")
    with pytest.raises(ForbiddenError):
        blobs.analysis("asset", name)


@pytest.mark.parametrize("suffix", ["", "mp4", ".mp4/..", ".m p4", ".toolongsuffix"])
def test_a_strange_ending_is_refused(blobs: Blobs, suffix: str) -> None:
    with pytest.raises(ForbiddenError, match="file ending"):
        blobs.upload("client", "id", suffix)


@pytest.mark.parametrize("relative", ["../secret", "/etc/passwd", "videos/../../secret", "", "."])
def test_a_path_that_leaves_the_root_is_refused(blobs: Blobs, relative: str) -> None:
    with pytest.raises(ForbiddenError):
        blobs.path(relative)


def test_a_link_out_of_the_root_is_refused(blobs: Blobs, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    folder = blobs.video("job", "a.mp4").parent
    (folder / "link").symlink_to(tmp_path / "outside")
    with pytest.raises(ForbiddenError):
        blobs.path("videos/job/link/secret.txt")
    with pytest.raises(ForbiddenError, match="not kept by the program"):
        blobs.relative(folder / "link" / "secret.txt")


@given(st.text(max_size=30))
def test_no_text_whatever_leads_outside(relative: str) -> None:
    root = Path("/nonexistent/home")
    try:
        found = Blobs(root).path(relative)
    except (ForbiddenError, ValueError):
        return
    assert found.is_relative_to(root)


def test_a_full_disk_is_told_before_writing(blobs: Blobs) -> None:
    blobs.require_space(1)
    with pytest.raises(LimitError, match="too full") as caught:
        blobs.require_space(1 << 60)
    assert "MiB" in caught.value.why
