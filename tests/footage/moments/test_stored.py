"""Moments at rest on both databases: proposals come and go, a person's word stays."""

from collections.abc import Iterator
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import pytest
from sqlalchemy import Connection

from kinoloop.core.errors import InputError, NotFoundError
from kinoloop.core.ids import new_id
from kinoloop.core.timecode import Span
from kinoloop.footage.intake.operations import register
from kinoloop.footage.intake.records import SeenFile
from kinoloop.footage.intake.tables import assets
from kinoloop.footage.moments.operations import decide, nudge, replace_proposed
from kinoloop.footage.moments.queries import counts, moment, moments
from kinoloop.footage.moments.records import Evidence, Found, MomentRequest, Subscore
from kinoloop.footage.moments.rules import detect
from kinoloop.store.session import Database
from tests.footage.moments.evidence import talk, tracks

NOW = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    with database.begin() as opened:
        yield opened


@pytest.fixture
def asset_id(connection: Connection) -> str:
    seen = SeenFile(Path("/films/a.mp4"), "video", 10, "ab" * 32)
    report = register(connection, seen, source="test", now=NOW, new_id=new_id)
    connection.execute(assets.update().values(duration_seconds=100.0))
    assert report.asset_id is not None
    return report.asset_id


def found(start: int, end: int) -> Found:
    return Found(
        span=Span(Fraction(start), Fraction(end)),
        mode="viral",
        score=0.7,
        confidence=0.4,
        subscores={
            "sound": Subscore(0.8, "measured loudness"),
            "transcript": Subscore(None, "no transcript"),
        },
        reason="Loud.",
        keywords=("one", "two"),
    )


def test_a_detection_comes_back_as_it_went_in(connection: Connection, asset_id: str) -> None:
    transcript = talk("why does this happen? nobody knows the secret yet. " * 12)
    made = detect(Evidence(Fraction(100), tracks(100, loud=[(20, 45)]), transcript), MomentRequest()).moments
    stored = replace_proposed(connection, asset_id, made, run_id="r1", now=NOW)
    assert len(stored) == len(made) > 0
    for kept, new in zip(stored, sorted(made, key=lambda m: m.span), strict=True):
        assert abs(kept.start_time - new.start_time) < Fraction(1, 10**5)
        assert (kept.subscores, kept.reason, kept.keywords) == (new.subscores, new.reason, new.keywords)
        assert kept.score == pytest.approx(new.score) and kept.run_id == "r1"
        assert kept.status == "proposed" and not kept.edited


def test_proposals_are_replaced_and_judged_ones_stay(connection: Connection, asset_id: str) -> None:
    first, second, third = replace_proposed(
        connection, asset_id, [found(0, 20), found(30, 50), found(60, 80)]
    )
    decide(connection, first.moment_id, "accepted")
    decide(connection, second.moment_id, "rejected")
    after = replace_proposed(connection, asset_id, [found(1, 20), found(31, 50), found(80, 95)])
    assert [(int(m.start_time), str(m.status)) for m in after] == [
        (0, "accepted"),
        (30, "rejected"),
        (80, "proposed"),
    ]
    assert third.moment_id not in {m.moment_id for m in after}
    assert counts(connection) == counts(connection, asset_id) == {"proposed": 1, "accepted": 1, "rejected": 1}
    again = replace_proposed(connection, asset_id, [found(1, 20), found(80, 95)])
    assert [m.span for m in again] == [m.span for m in after]


def test_other_modes_keep_their_proposals(connection: Connection, asset_id: str) -> None:
    replace_proposed(connection, asset_id, [found(0, 20)], mode="viral")
    assert len(replace_proposed(connection, asset_id, [], mode="summary")) == 1
    assert replace_proposed(connection, asset_id, [], mode="viral") == ()


def test_nudged_edges_are_kept_beside_what_was_found(connection: Connection, asset_id: str) -> None:
    (proposed,) = replace_proposed(connection, asset_id, [found(10, 30)])
    nudge(connection, proposed.moment_id, Fraction(12), Fraction(31))
    moved = nudge(connection, proposed.moment_id, Fraction(13), Fraction(61, 2))
    assert moved.span == Span(Fraction(13), Fraction(61, 2))
    assert moved.edited and moved.proposed_span == Span(Fraction(10), Fraction(30))
    assert moved.subscores == proposed.subscores
    assert replace_proposed(connection, asset_id, [found(10, 30)]) == (moved,)


@pytest.mark.parametrize(("start", "end"), [(-1, 10), (10, 10), (30, 20), (90, 101)])
def test_edges_outside_the_file_are_refused(
    connection: Connection, asset_id: str, start: int, end: int
) -> None:
    (proposed,) = replace_proposed(connection, asset_id, [found(10, 30)])
    with pytest.raises(InputError):
        nudge(connection, proposed.moment_id, Fraction(start), Fraction(end))
    assert moment(connection, proposed.moment_id) == proposed


def test_a_short_file_taken_whole_stays_marked(connection: Connection, asset_id: str) -> None:
    made = detect(Evidence(Fraction(8), tracks(8), None), MomentRequest()).moments
    (kept,) = replace_proposed(connection, asset_id, made)
    assert kept.short and moments(connection, asset_id, status="proposed") == (kept,)


def test_unknown_ids_and_words_are_told(connection: Connection, asset_id: str) -> None:
    (proposed,) = replace_proposed(connection, asset_id, [found(10, 30)])
    with pytest.raises(InputError, match="accepted"):
        decide(connection, proposed.moment_id, "maybe")
    for unknown in ("nonsense", new_id()):
        with pytest.raises(NotFoundError):
            moment(connection, unknown)
        with pytest.raises(NotFoundError):
            replace_proposed(connection, unknown, [])
        assert moments(connection, unknown) == ()
