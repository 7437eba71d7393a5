"""The rolling window: never more than so many in any stretch of time."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from kinoloop.sandbox.limits import RollingLimit
from kinoloop.sandbox.replicate.problems import throttled
from kinoloop.sandbox.testing import Sandbox
from tests.sandbox.clients import KLING, call, kie

START = datetime(2026, 1, 1, tzinfo=UTC)


@given(st.lists(st.floats(0, 4), max_size=60), st.integers(1, 5))
def test_no_window_holds_more_than_the_most(gaps: list[float], most: int) -> None:
    limit, now, taken = RollingLimit(most, 10), START, []
    for gap in gaps:
        now += timedelta(seconds=gap)
        if limit.take(now):
            taken.append(now)
        else:
            assert 0 < limit.seconds_to_wait(now) <= 10
    for start in taken:
        assert sum(start <= at < start + timedelta(seconds=10) for at in taken) <= most


def test_a_full_window_says_when_to_come_again() -> None:
    limit = RollingLimit(1, 10)
    assert limit.remaining(START) == 1 and limit.seconds_to_wait(START) == 0
    assert limit.take(START) and not limit.take(START + timedelta(seconds=4))
    assert limit.seconds_to_wait(START + timedelta(seconds=4)) == 6
    assert limit.take(START + timedelta(seconds=10))


def test_kie_takes_twenty_tasks_in_ten_seconds(slow_sandbox: Sandbox) -> None:
    for _ in range(20):
        assert kie(slow_sandbox, "POST", "jobs/createTask", KLING)["code"] == 200
    answer = call(slow_sandbox, "POST", "/kie/api/v1/jobs/createTask", KLING)
    assert answer.status_code == 429 and answer.json()["code"] == 429
    slow_sandbox.world.advance(10)
    assert kie(slow_sandbox, "POST", "jobs/createTask", KLING)["code"] == 200


def test_a_throttled_answer_of_replicate() -> None:
    answer = throttled(30)
    assert answer.body["retry_after"] == 30 and "resets in ~30s" in answer.body["detail"]
    assert answer.headers["ratelimit-remaining"] == "0" and answer.headers["ratelimit-reset"] == "30"
