"""Orders to services at rest, and callbacks that come twice, late, or from nowhere."""

import pytest
from sqlalchemy import Connection, func, select

from kinoloop.core.errors import ConflictError, NotFoundError
from kinoloop.creative.videos import operations as videos
from kinoloop.creative.visuals import operations as tasks
from kinoloop.creative.visuals.queries import task, task_of_token, token_hash
from kinoloop.creative.visuals.queries import tasks as all_tasks
from kinoloop.creative.visuals.records import VisualTask
from kinoloop.creative.visuals.tables import visual_callbacks, visual_tasks
from kinoloop.store.session import Database
from tests.creative.videos.fill import NOW, later, new_video


def order(connection: Connection, key: str = "kie:v-1:s1:1", service: str = "kie") -> VisualTask:
    return tasks.open_task(
        connection, order_key=key, video_id="v-1", scene_id="s1", service=service, token=f"secret {key}",
        now=NOW,
    )  # fmt: skip


def call(
    connection: Connection, delivery: str, *, of: str = "kie:v-1:s1:1", **more: str
) -> VisualTask | None:
    return tasks.wake(connection, token_hash(f"secret {of}"), delivery, later(5), **more)


def test_an_order_from_intent_to_its_end(database: Database) -> None:
    with database.begin() as connection:
        new_video(connection)
        made = order(connection)
        assert (made.state, made.external_id, made.woken_at) == ("open", None, None)
        bound = tasks.bind_external(connection, made.order_key, external_id="t-1", now=later(1))
        assert (bound.state, bound.external_id, bound.updated_at) == ("asked", "t-1", later(1))
        assert tasks.bind_external(connection, made.order_key, external_id="t-1", now=later(2)) == bound
        with pytest.raises(ConflictError, match="is the task 't-1' already"):
            tasks.bind_external(connection, made.order_key, external_id="t-2", now=later(2))
        assert order(connection) == bound
        done = tasks.close_task(connection, made.order_key, state="done", now=later(3))
        assert task(connection, made.order_key) == done and done.state == "done"
        second = order(connection, "kie:v-1:s1:2")
        assert all_tasks(connection, "v-1") == (done, second)
        secrets = connection.execute(select(visual_tasks.c.token_hash)).scalars().all()
        assert all(len(kept) == 64 and "secret" not in kept for kept in secrets)


def test_a_delivery_wakes_once(database: Database) -> None:
    with database.begin() as connection:
        new_video(connection)
        key = order(connection).order_key
        assert not tasks.take_wake(connection, key)
        woken = call(connection, "d-1")
        assert woken is not None and woken.woken_at == later(5)
        assert tasks.take_wake(connection, key) and not tasks.take_wake(connection, key)
        again = call(connection, "d-1")
        assert again is not None and again.woken_at is None
        assert call(connection, "d-2") is not None
        assert call(connection, "d-3") is not None
        assert tasks.take_wake(connection, key) and not tasks.take_wake(connection, key)
        assert connection.execute(select(func.count()).select_from(visual_callbacks)).scalar_one() == 3


def test_deliveries_of_two_services_may_share_an_id(database: Database) -> None:
    with database.begin() as connection:
        new_video(connection)
        one = order(connection).order_key
        two = order(connection, "replicate:v-1:s1:1", "replicate").order_key
        assert call(connection, "d-1") and call(connection, "d-1", of=two)
        assert tasks.take_wake(connection, one) and tasks.take_wake(connection, two)


def test_a_call_from_nowhere(database: Database) -> None:
    with database.begin() as connection:
        new_video(connection)
        key = order(connection).order_key
        assert call(connection, "d-1", of="guessed") is None
        assert task_of_token(connection, "guessed") is None
        assert task_of_token(connection, f"secret {key}") == task(connection, key)
        tasks.bind_external(connection, key, external_id="t-1", now=NOW)
        assert call(connection, "d-1", external_id="t-9") is None
        assert not tasks.take_wake(connection, key)
        assert connection.execute(select(visual_callbacks)).all() == []


def test_a_lost_answer_is_told_by_the_callback(database: Database) -> None:
    with database.begin() as connection:
        new_video(connection)
        key = order(connection).order_key
        woken = call(connection, "d-1", external_id="t-7")
        assert woken is not None and (woken.external_id, woken.state) == ("t-7", "asked")
        assert tasks.take_wake(connection, key)


def test_orders_go_with_their_video(database: Database) -> None:
    with database.begin() as connection:
        new_video(connection)
        key = order(connection).order_key
        call(connection, "d-1")
        videos.delete(connection, "v-1")
        with pytest.raises(NotFoundError):
            task(connection, key)
        with pytest.raises(NotFoundError):
            tasks.close_task(connection, key, state="failed", now=NOW)
        with pytest.raises(NotFoundError):
            tasks.bind_external(connection, key, external_id="t", now=NOW)
        assert call(connection, "d-2") is None
