"""Column types: what goes in comes out, on both dialects."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select
from sqlalchemy.dialects import sqlite

from kinoloop.core.ids import new_id
from kinoloop.creative.renders.tables import render_jobs
from kinoloop.footage.analysis.tables import clips
from kinoloop.store.session import Database
from kinoloop.store.types import BadIdError, BadValueError, Id, Instant


def stored(database: Database, **values: Any) -> Any:
    row = {"job_id": new_id(), "storyboard": {}} | values
    with database.begin() as connection:
        connection.execute(insert(render_jobs).values(**row))
    with database.read() as connection:
        return connection.execute(select(render_jobs).where(render_jobs.c.job_id == row["job_id"])).one()


def test_json_keeps_its_shape_and_none_is_null(database: Database) -> None:
    board = {"deep": [1, 0.5, None, {"ü": "日本"}], "empty": {}}
    assert stored(database, storyboard=board).storyboard == board
    with database.read() as connection:
        found = connection.execute(select(clips.c.clip_id).where(clips.c.emotion_data.is_(None))).all()
    assert found == []


def test_json_refuses_what_is_not_a_number(database: Database) -> None:
    with pytest.raises(Exception, match="not JSON compliant"):
        stored(database, storyboard={"score": float("nan")})


def test_instants_come_back_in_utc_to_the_microsecond(database: Database) -> None:
    here = datetime(2026, 3, 29, 2, 30, 0, 1, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    row = stored(database, completed_at=here)
    assert row.completed_at == here
    assert row.completed_at.tzinfo == UTC


def test_a_time_without_zone_is_refused(database: Database) -> None:
    with pytest.raises(BadValueError, match="no zone"):
        stored(database, completed_at=datetime(2026, 1, 1))  # noqa: DTZ001  # the mistake under test


def test_a_text_that_is_no_id_is_refused_before_the_database_sees_it(database: Database) -> None:
    with database.read() as connection, pytest.raises(BadIdError, match="is not an id"):
        connection.execute(select(render_jobs).where(render_jobs.c.job_id == "../etc"))


def test_ids_are_found_in_either_case(database: Database) -> None:
    job = new_id()
    stored(database, job_id=job)
    with database.read() as connection:
        found = connection.execute(
            select(render_jobs.c.job_id).where(render_jobs.c.job_id == job.upper())
        ).scalar_one()
    assert found == job


def test_a_vector_comes_back_as_a_direction(database: Database) -> None:
    vector = np.random.default_rng(5).normal(size=512).astype(np.float32) * 7
    values = {"clip_id": new_id(), "start_time": 0.0, "end_time": 1.0, "duration": 1.0, "embedding": vector}
    with database.begin() as connection:
        connection.execute(insert(clips).values(**values))
    with database.read() as connection:
        back = connection.execute(select(clips.c.embedding)).scalar_one()
    assert back.dtype == np.float32
    assert float(back @ vector / np.linalg.norm(vector)) > 0.999999


times = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.timezones())  # noqa: DTZ001  # bounds


@given(st.tuples(times, times))
def test_on_sqlite_the_order_of_texts_is_the_order_of_times(pair: tuple[datetime, datetime]) -> None:
    dialect = sqlite.dialect()
    first, second = (at.astimezone(UTC) for at in pair)
    texts = [Instant().process_bind_param(at, dialect) for at in pair]
    assert (texts[0] < texts[1]) == (first < second)
    assert Instant().process_result_value(texts[0], dialect) == first


@pytest.mark.parametrize("value", [None, "0195f0c2-5f3e-7abc-8def-0123456789ab"])
def test_good_ids_pass(value: str | None) -> None:
    dialect = sqlite.dialect()
    assert Id().process_bind_param(value, dialect) == value
