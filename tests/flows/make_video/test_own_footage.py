"""From a brief to films that pass the gate, of the team's own footage and without any key."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kinoloop.app.compose import App
from kinoloop.core.errors import ConflictError, ForbiddenError
from kinoloop.costs.queries import entries
from kinoloop.creative.renders.queries import variants
from kinoloop.media.probe import probe
from kinoloop.registry.queries import decisions
from tests.flows.make_video.conftest import ME, OWN, drafted, waited


@pytest.fixture(scope="module")
def shoot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two drawn films of several moving shots, with what is said beside them."""
    from kinoloop.media.sample import draw_sample_shoot

    folder = tmp_path_factory.mktemp("shoot")
    draw_sample_shoot(folder)
    return folder


@pytest.fixture
def own(studio_of: Callable[..., App], shoot: Path) -> Iterator[App]:
    app = studio_of()
    taken = app.ingest([shoot], source="test", roots=[shoot])
    for run_id in taken.run_ids:
        app.runs.wait(run_id, timeout=120)
    yield app
    app.close()


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_brief_becomes_films_in_three_shapes_that_pass_the_gate(own: App) -> None:
    brief = replace(OWN, variants=2, vary=("hook",), shapes=("9:16", "1:1", "16:9"), exports=("mp4", "gif"))
    video = drafted(own, brief)
    assert video.status == "storyboard_complete"
    assert video.script is not None and video.script.made_by.startswith("plain writer")
    assert video.storyboard is not None
    assert video.storyboard.duration_ms == 15000
    assert all(panel.image is not None for panel in video.storyboard.panels)
    assert own.videos.total(video) == 0
    with pytest.raises(ForbiddenError):
        own.videos.render(video.video_id, who=ME)

    seen = own.videos.approval_hash(video)
    own.videos.approve(video.video_id, who=ME, sha256=seen)
    ended = waited(own, own.videos.render(video.video_id, who=ME))
    assert (ended.status, ended.error_message) == ("completed", None)
    with own.database.read() as connection:
        films, nodes = variants(connection, video.video_id), decisions(connection, f"video:{video.video_id}")
        bought = entries(connection, video.video_id)
    assert bought == ()
    assert {(film.label, film.shape) for film in films} == {(v, s) for v in "AB" for s in brief.shapes}
    assert {film.verdict.status for film in films} == {"passed"}
    for film in films:
        info = probe(own.blobs.path(film.path))
        assert info.video is not None and info.audio is not None
        assert (info.video.display_width, info.video.display_height) == (film.width, film.height)
        assert abs(float(info.duration) - 15) < 0.05
        assert film.lufs is not None and abs(film.lufs + 14) <= 1
        assert film.approval_sha256 == seen
        assert own.blobs.path(film.srt_path or "").is_file() and own.blobs.path(film.vtt_path or "").is_file()
    master = next(film for film in films if (film.label, film.shape) == ("A", "9:16"))
    assert own.blobs.path(master.path).name == "final.mp4"
    assert own.blobs.path(master.path).with_suffix(".gif").is_file()
    assert {node.node for node in nodes} >= {
        "planner",
        "script",
        "storyboard",
        "quality",
        "visual",
        "repurpose",
    }
    assert all(node.reason for node in nodes)


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_any_change_after_the_approval_makes_it_void(own: App) -> None:
    video = drafted(own, OWN)
    own.videos.approve(video.video_id, who=ME)
    assert video.storyboard is not None
    order = [panel.number for panel in video.storyboard.panels]
    order[0], order[1] = order[1], order[0]
    moved = own.videos.reorder(video.video_id, order, who=ME)
    assert not moved.approved
    with pytest.raises(ForbiddenError):
        own.videos.render(video.video_id, who=ME)
    with pytest.raises(ConflictError):
        own.videos.approve(video.video_id, who=ME, sha256="0" * 64)


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_another_scene_is_drafted_alone(own: App) -> None:
    video = drafted(own, OWN)
    refined = waited(own, own.videos.refine(video.video_id, who=ME, scene=2, line="It folds flat to 3 cm."))
    assert video.storyboard is not None and refined.storyboard is not None
    assert refined.storyboard.panels[1].line == "It folds flat to 3 cm."
    assert refined.script is not None and refined.script.lines[1].text == "It folds flat to 3 cm."
    assert [p for n, p in enumerate(refined.storyboard.panels) if n != 1] == [
        p for n, p in enumerate(video.storyboard.panels) if n != 1
    ]
    assert refined.refine_count == 1
    assert refined.status == "storyboard_complete"
