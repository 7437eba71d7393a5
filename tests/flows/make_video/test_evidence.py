"""The planner and the storyboard are handed the client's winners; one that is gone leaves no footnote."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection

from kinoloop.core.clock import ManualClock
from kinoloop.core.ids import new_id
from kinoloop.creative.brand.records import Brand
from kinoloop.creative.plans.records import Plan
from kinoloop.creative.videos import operations as videos
from kinoloop.creative.videos.queries import video as read_video
from kinoloop.creative.writing.plain import PlainWriter
from kinoloop.flows.make_video.binding import bind_footage, rebind_panel
from kinoloop.flows.make_video.evidence import evidence, looks
from kinoloop.flows.refresh_winners.makes import new_dna
from kinoloop.learning.winners import operations
from kinoloop.learning.winners.records import Winner, WinnerSettings
from kinoloop.store.session import Database
from tests.flows.refresh_winners.world import ACCOUNT, BRIEF, NOW, TENANT, World
from tests.learning.winners.makers import dna, judged

WRITER = PlainWriter()


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    with database.begin() as opened:
        yield opened


def won(connection: Connection, world: World, ad_id: str = "30") -> None:
    """The ad's film is known, and it is on the list."""
    world.make(connection, ad_id, opening=0)
    operations.save_dna(connection, TENANT, new_dna(connection, TENANT, ACCOUNT), now=NOW)
    stands = [judged(ad_id, "winner", tenant=TENANT)]
    operations.keep_list(connection, TENANT, stands, WinnerSettings(), now=NOW)


def plan(connection: Connection) -> Plan:
    return WRITER.plan(BRIEF, Brand(), evidence(connection, TENANT, BRIEF.client_id))


def test_a_deleted_winner_takes_its_footnotes_with_it(connection: Connection) -> None:
    world = World()
    world.found(connection)
    assert plan(connection).sources == ()
    won(connection, world)
    cited = plan(connection)
    assert cited.sources == ("30",)
    hook = cited.beats[0].rests_on[0]
    assert hook.source == "30" and "Ad 30: 30 is winner." in hook.text
    assert all(beat.rests_on for beat in cited.beats)  # the same brief again: it said all of it
    operations.remove_winner(connection, TENANT, "30", who="ada", now=NOW)
    after = plan(connection)
    assert after.sources == () and all(beat.exploration for beat in after.beats)


def test_winners_of_other_clients_tell_nothing(connection: Connection) -> None:
    world = World()
    world.found(connection)
    won(connection, world)
    assert evidence(connection, TENANT, "another client") == ()
    assert evidence(connection, "another tenant", BRIEF.client_id) == ()
    assert looks(connection, TENANT, "another client") == ()


def test_what_sets_winners_apart_comes_along_with_its_sign(connection: Connection) -> None:
    films = [
        dna(f"ad-{n:02d}", f"film-{n}", hook_type="question" if n % 2 else "fact", pacing="fast")
        for n in range(40)
    ]
    operations.save_dna(connection, TENANT, films, now=NOW)
    stands = [
        judged(one.ad_id, "loser" if one.traits["hook_type"] == "question" else "winner", tenant=TENANT)
        for one in films
    ]
    operations.save_standings(connection, stands)
    operations.learn_dna(connection, TENANT, WinnerSettings(), now=NOW)
    found = evidence(connection, TENANT, BRIEF.client_id)
    signs = {one.traits[0][1]: (one.weight or 0) > 0 for one in found}
    assert signs == {"question": False, "fact": True}
    assert "Of 20 ads with hook type 'question' 0 won, of 20 others 20" in found[1].text
    made = WRITER.plan(BRIEF, Brand(), found)
    assert "?" not in made.hooks[0] and made.sources == ()


def test_the_first_panel_looks_for_what_won(connection: Connection) -> None:
    world = World()
    world.found(connection)
    won(connection, world)
    brief = replace(BRIEF, product="Mug: a cup", problem="", facts=BRIEF.facts)
    video_id = new_id()
    videos.create(connection, video_id=video_id, owner="ada", brief=brief, estimated_cost=0, now=NOW)
    script = WRITER.script(brief, Brand(), WRITER.plan(brief, Brand()))
    videos.advance(connection, video_id, to="generating_storyboard", now=NOW)
    videos.save_script(connection, video_id, script, NOW)
    video = read_video(connection, video_id)
    sketches = WRITER.describe(brief, Brand(), script)
    board = bind_footage(connection, video, Brand(), sketches, looks(connection, TENANT, "house"))
    first = board.panels[0]
    assert first.footage is not None and first.footage.clip_id == world.shots[0].clip_id
    assert [note.source for note in first.rests_on] == ["30"]
    assert "which won" in first.note
    plain = bind_footage(connection, video, Brand(), sketches)
    assert plain.panels[0].rests_on == ()
    videos.save_storyboard(connection, video_id, plain, NOW)
    seen = read_video(connection, video_id)
    assert seen.storyboard is not None
    again = rebind_panel(
        connection, seen, Brand(), seen.storyboard.panels[0], looks(connection, TENANT, "house")
    )
    assert again.scene_id == first.scene_id
    assert [note.source for note in again.rests_on] in ([], ["30"])


def test_a_winner_that_was_not_made_here_cannot_be_cited(connection: Connection) -> None:
    told = Winner(TENANT, "elsewhere", "told", "On word.")
    operations.add_winner(connection, told, now=NOW)
    assert evidence(connection, TENANT, "house") == ()


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_the_journey_reads_the_winners_and_writes_its_footnotes(tmp_path: Path) -> None:
    """Through the real draft: plan again after the winner is gone, and the footnote is gone too."""
    from kinoloop.app.compose import open_app
    from kinoloop.app.settings import read_settings
    from kinoloop.registry.queries import decisions

    house = open_app(
        read_settings(home=tmp_path, database_url=f"sqlite:///{tmp_path / 'k.db'}", tenant="main"),
        hurried=True,
        clock=ManualClock(NOW),
    )
    house.runs.launch()
    try:
        brief = replace(BRIEF, visuals="own")
        known = dna("ad-7", hook_type="question", said=[("hook", BRIEF.problem)])
        with house.begin() as connection:
            operations.save_dna(connection, "main", [known], now=NOW)
            stands = [judged("ad-7", "winner")]
            operations.keep_list(connection, "main", stands, WinnerSettings(), now=NOW)
        first = house.videos.generate(brief, owner="owner")
        assert first.run_id is not None
        house.runs.wait(first.run_id, timeout=90)
        with house.begin() as connection:
            drafted = read_video(connection, first.video_id)
            told = next(
                one for one in decisions(connection, f"video:{first.video_id}") if one.node == "planner"
            )
            operations.remove_winner(connection, "main", "ad-7", who="ada", now=NOW)
        assert drafted.plan is not None and drafted.plan.sources == ("ad-7",)
        assert "resting: 1 on ad-7" in told.decision
        second = house.videos.generate(replace(brief, name="Again"), owner="owner")
        assert second.run_id is not None
        house.runs.wait(second.run_id, timeout=90)
        with house.begin() as connection:
            after = read_video(connection, second.video_id)
        assert after.plan is not None and after.plan.sources == ()
    finally:
        house.close()
