"""Models are kept by their hash, one is champion, and whoever comes second finds that out."""

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial

import numpy as np
import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError as BrokenIndex

from kinoloop.core.errors import ConflictError, IntegrityError, NotFoundError
from kinoloop.core.ids import hash_bytes, new_id
from kinoloop.registry.models import operations, queries
from kinoloop.registry.models.records import Guards, Learnt, Model, TrialSettings, Unit
from kinoloop.registry.models.rules.judging import judge
from kinoloop.registry.models.tables import model_registry
from kinoloop.store.session import Database

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
NAME = "ctr:main"


def learnt(artifact: bytes, name: str = NAME) -> Learnt:
    return Learnt(name, artifact, date(2026, 10, 1), date(2026, 11, 19), 1_234, {"held_out": {"ne": 0.97}})


def kept(database: Database, *artifacts: bytes, name: str = NAME) -> list[Model]:
    made = []
    for number, artifact in enumerate(artifacts):
        with database.begin() as connection:
            at = NOON + timedelta(minutes=number)
            made.append(operations.register(connection, learnt(artifact, name), now=at, new_id=new_id))
    return made


def crown(database: Database, model: Model, expected: Model | None) -> Model:
    with database.begin() as connection:
        return operations.promote(
            connection,
            model.model_id,
            expected=expected.model_id if expected else None,
            who="ada",
            reason="It was better.",
            now=NOON,
        )


def champion(database: Database) -> Model | None:
    with database.read() as connection:
        return queries.champion(connection, NAME)


def test_a_model_is_kept_once_and_read_back_by_its_hash(database: Database) -> None:
    first, again, other = kept(database, b"one", b"one", b"two")
    assert first == again and other.model_id != first.model_id
    assert first.sha256 == hash_bytes(b"one") and not first.is_champion
    assert first.version == f"2026-11-20-{first.sha256[:8]}"
    assert (first.learnt_from, first.learnt_until, first.rows) == (
        date(2026, 10, 1),
        date(2026, 11, 19),
        1_234,
    )
    assert first.metrics == {"held_out": {"ne": 0.97}}
    with database.read() as connection:
        assert queries.artifact(connection, first.sha256) == b"one"
        assert queries.models(connection, model_name=NAME) == (other, first)
        assert queries.models(connection) == (other, first)
        assert queries.model(connection, first.model_id) == first


def test_unknown_and_damaged_models_are_told(database: Database) -> None:
    [model] = kept(database, b"one")
    with database.begin() as connection:
        connection.execute(update(model_registry).values(artifact=b"other"))
    with database.read() as connection:
        with pytest.raises(IntegrityError, match="is damaged"):
            queries.artifact(connection, model.sha256)
        with pytest.raises(NotFoundError, match="no model with the hash"):
            queries.artifact(connection, "0" * 64)
        with pytest.raises(NotFoundError, match="no model with the id"):
            queries.model(connection, new_id())


def test_promotion_and_rollback_move_one_crown(database: Database) -> None:
    one, two, three = kept(database, b"one", b"two", b"three")
    assert champion(database) is None
    assert crown(database, one, None).is_champion
    crown(database, two, one)
    crown(database, three, two)
    for wanted in (two, one):
        with database.begin() as connection:
            back = operations.rollback(connection, NAME, who="ada", reason="It drifted.", now=NOON)
        assert back.model_id == wanted.model_id and champion(database) == back
    with (
        database.begin() as connection,
        pytest.raises(ConflictError, match="no champion of 'ctr:main' to go"),
    ):
        operations.rollback(connection, NAME, who="ada", reason="Again.", now=NOON)
    with database.read() as connection:
        trail = queries.promotions(connection, NAME)
    assert [(one.what, one.from_id, one.to_id) for one in trail] == [
        ("rolled_back", two.model_id, one.model_id),
        ("rolled_back", three.model_id, two.model_id),
        ("promoted", two.model_id, three.model_id),
        ("promoted", one.model_id, two.model_id),
        ("first", None, one.model_id),
    ]


def test_nothing_can_be_rolled_back_before_the_first(database: Database) -> None:
    with database.begin() as connection, pytest.raises(ConflictError, match="to go back to"):
        operations.rollback(connection, NAME, who="ada", reason="?", now=NOON)


def test_a_promotion_against_another_champion_than_was_compared_is_refused(database: Database) -> None:
    one, two, three = kept(database, b"one", b"two", b"three")
    crown(database, one, None)
    crown(database, two, one)
    with pytest.raises(ConflictError, match="has changed meanwhile"):
        crown(database, three, one)
    with pytest.raises(ConflictError, match="is the champion already"):
        crown(database, two, two)
    standing = champion(database)
    assert standing is not None and standing.model_id == two.model_id


def test_names_have_champions_of_their_own(database: Database) -> None:
    [one] = kept(database, b"one")
    [other] = kept(database, b"one", name="ctr:other")
    assert crown(database, one, None).is_champion and crown(database, other, None).is_champion


def test_the_index_itself_holds_one_champion(database: Database) -> None:
    kept(database, b"one", b"two")
    with pytest.raises(BrokenIndex), database.begin() as connection:
        connection.execute(update(model_registry).values(is_champion=True))


@pytest.mark.parametrize("first", [True, False])
def test_two_promotions_at_once_leave_one_champion(database: Database, first: bool) -> None:
    """Also when there was no champion to be locked."""
    standing, *rivals = kept(database, b"one", b"two", b"three", b"four", b"five")
    if not first:
        crown(database, standing, None)
    expected = None if first else standing
    done = together([partial(crown, database, rival, expected) for rival in rivals])
    assert [type(one) for one in done].count(Model) == 1
    assert all(isinstance(one, Model | ConflictError) for one in done)
    with database.read() as connection:
        crowned = select(func.count()).where(model_registry.c.is_champion)
        assert connection.execute(crowned).scalar_one() == 1
        assert len(queries.promotions(connection, NAME)) == (1 if first else 2)


def together(works: list[Callable[[], Model]]) -> list[Model | Exception]:
    """All at the same moment; what each gave or raised."""
    start, done = threading.Barrier(len(works)), list[Model | Exception]()

    def run(work: Callable[[], Model]) -> None:
        start.wait()
        try:
            done.append(work())
        except Exception as error:
            done.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done


def test_a_trial_from_its_opening_to_its_verdict(database: Database) -> None:
    one, two, three = kept(database, b"one", b"two", b"three")
    with database.begin() as connection, pytest.raises(ConflictError, match="nobody to be compared with"):
        operations.open_trial(connection, two, now=NOON, new_id=new_id)
    crown(database, one, None)
    with database.begin() as connection:
        trial = operations.open_trial(connection, two, now=NOON, new_id=new_id)
        assert (trial.champion_id, trial.challenger_id) == (one.model_id, two.model_id)
    with database.begin() as connection, pytest.raises(ConflictError, match="is on trial"):
        operations.open_trial(connection, three, now=NOON, new_id=new_id)
    with database.begin() as connection:
        for gain in (0.2, 0.9):
            operations.note_units(connection, trial.trial_id, [Unit("c1", gain, 30.0, NOON)])
        operations.note_units(connection, trial.trial_id, [Unit("c2", 0.1, 20.0, NOON)])
        operations.note_units(connection, trial.trial_id, [])
        seen = queries.units(connection, trial.trial_id)
        assert [(one.unit, one.gain) for one in seen] == [("c1", 0.2), ("c2", 0.1)]
        assert queries.open_trial(connection, NAME) == trial
    verdict = judge(np.array([one.gain for one in seen]), Guards(1.0, 1.0), TrialSettings())
    with database.begin() as connection:
        closed = operations.close_trial(connection, trial.trial_id, verdict, now=NOON)
        assert closed.verdict == "continue" and closed.evidence is not None and closed.evidence["units"] == 2
        assert queries.open_trial(connection, NAME) is None
        assert queries.trials(connection, NAME) == (closed,)
    with database.begin() as connection, pytest.raises(ConflictError, match="no trial"):
        operations.close_trial(connection, trial.trial_id, verdict, now=NOON)
