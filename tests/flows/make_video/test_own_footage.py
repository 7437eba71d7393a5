"""From a brief to films that pass the gate, of the team's own footage and without any key."""

from dataclasses import replace

import pytest

from kinoloop.app.compose import App
from kinoloop.core.errors import ConflictError, ForbiddenError
from kinoloop.costs.queries import entries
from kinoloop.creative.renders.queries import variants
from kinoloop.media.probe import probe
from kinoloop.registry.queries import decisions
from tests.flows.make_video.conftest import ME, OWN, drafted, waited


@pytest.fixture
def house(stocked: App) -> App:
    return stocked


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_brief_becomes_two_films_in_two_shapes_that_pass_the_gate(house: App) -> None:
    brief = replace(OWN, variants=2, vary=("hook",), shapes=("9:16", "1:1"), exports=("mp4", "gif"))
    video = drafted(house, brief)
    assert video.status == "storyboard_complete"
    assert video.script is not None and video.script.made_by.startswith("plain writer")
    assert video.storyboard is not None
    assert video.storyboard.duration_ms == 15000
    assert all(panel.image is not None for panel in video.storyboard.panels)
    assert house.videos.total(video) == 0
    with pytest.raises(ForbiddenError):
        house.videos.render(video.video_id, who=ME)

    seen = house.videos.approval_hash(video)
    house.videos.approve(video.video_id, who=ME, sha256=seen)
    ended = waited(house, house.videos.render(video.video_id, who=ME))
    assert (ended.status, ended.error_message) == ("completed", None)
    with house.database.read() as connection:
        films, nodes = variants(connection, video.video_id), decisions(connection, f"video:{video.video_id}")
        bought = entries(connection, video.video_id)
    assert bought == ()
    assert {(film.label, film.shape) for film in films} == {(v, s) for v in "AB" for s in brief.shapes}
    assert {film.verdict.status for film in films} == {"passed"}
    for film in films:
        info = probe(house.blobs.path(film.path))
        assert info.video is not None and info.audio is not None
        assert (info.video.display_width, info.video.display_height) == (film.width, film.height)
        assert abs(float(info.duration) - 15) < 0.05
        assert film.lufs is not None and abs(film.lufs + 14) <= 1
        assert film.approval_sha256 == seen
        assert house.blobs.path(film.srt_path or "").is_file()
        assert house.blobs.path(film.vtt_path or "").is_file()
    master = next(film for film in films if (film.label, film.shape) == ("A", "9:16"))
    assert house.blobs.path(master.path).name == "final.mp4"
    assert house.blobs.path(master.path).with_suffix(".gif").is_file()
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
@pytest.mark.timeout(300)
def test_another_scene_is_drafted_alone_and_any_change_voids_the_approval(house: App) -> None:
    video = drafted(house, OWN)
    refined = waited(
        house, house.videos.refine(video.video_id, who=ME, scene=2, line="It folds flat to 3 cm.")
    )
    assert video.storyboard is not None and refined.storyboard is not None
    assert refined.storyboard.panels[1].line == "It folds flat to 3 cm."
    assert refined.script is not None and refined.script.lines[1].text == "It folds flat to 3 cm."
    assert [p for n, p in enumerate(refined.storyboard.panels) if n != 1] == [
        p for n, p in enumerate(video.storyboard.panels) if n != 1
    ]
    assert refined.refine_count == 1
    assert refined.status == "storyboard_complete"

    house.videos.approve(video.video_id, who=ME)
    order = [panel.number for panel in refined.storyboard.panels]
    order[0], order[1] = order[1], order[0]
    moved = house.videos.reorder(video.video_id, order, who=ME)
    assert not moved.approved
    with pytest.raises(ForbiddenError):
        house.videos.render(video.video_id, who=ME)
    with pytest.raises(ConflictError):
        house.videos.approve(video.video_id, who=ME, sha256="0" * 64)
