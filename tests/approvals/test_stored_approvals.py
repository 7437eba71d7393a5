"""Answers at rest: never rewritten, only made void."""

from datetime import UTC, datetime, timedelta

from kinoloop.approvals import operations as approvals
from kinoloop.approvals import queries
from kinoloop.approvals.rules import allows
from kinoloop.store.session import Database
from tests.footage.fill import Ids

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
ONE, TWO = "ab" * 32, "cd" * 32


def test_yes_then_changed_then_yes_again(database: Database) -> None:
    new_id, subject = Ids(), "video:v-1"
    with database.begin() as connection:
        assert queries.standing(connection, subject) is None

        def say_yes(sha256: str, who: str = "ada", now: datetime = NOW) -> object:
            return approvals.approve(
                connection, subject=subject, sha256=sha256, who=who, what="w", now=now, new_id=new_id
            )

        first = say_yes(ONE)
        assert say_yes(ONE, now=LATER) == first == queries.standing(connection, subject)
        approvals.approve(
            connection, subject="video:v-2", sha256=ONE, who="ada", what="w", now=NOW, new_id=new_id
        )
        assert approvals.void_all(connection, subject, reason="the panels moved", now=LATER) == 1
        assert approvals.void_all(connection, subject, reason="again", now=LATER) == 0
        assert queries.standing(connection, subject) is None
        assert queries.standing(connection, "video:v-2") is not None
        second = say_yes(TWO, now=LATER)
        third = say_yes(TWO, "bob", LATER)
        assert queries.standing(connection, subject) == third != second
    with database.read() as connection:
        seen = queries.history(connection, subject)
    assert [(one.sha256, one.who, one.void_reason) for one in seen] == [
        (TWO, "bob", None),
        (TWO, "ada", "it was answered anew"),
        (ONE, "ada", "the panels moved"),
    ]
    assert (seen[2].at, seen[2].void_at, seen[2].answer) == (NOW, LATER, "approved")


def test_a_no_takes_the_place_of_a_yes(database: Database) -> None:
    new_id = Ids()
    with database.begin() as connection:
        for say in (approvals.approve, approvals.reject):
            say(connection, subject="s", sha256=ONE, who="ada", what="w", now=NOW, new_id=new_id)
        standing = queries.standing(connection, "s")
    assert standing is not None and standing.answer == "rejected"
    assert not allows(standing, ONE)
