"""Live events: nothing lost, nothing twice, a slow reader sees only the newest state."""

import json
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.core.ids import uuid7
from kinoloop.runs.records import EventRow, RunRow
from kinoloop.runs.tables import jobs
from kinoloop.web.feed import Feed, message
from tests.web.house import START, TOKEN, House, add_event, add_run


def _row(number: int, at: float) -> EventRow:
    when = START + timedelta(seconds=at)
    return EventRow(uuid7(number, number), "note", f"n{number}", "info", "flow", {}, when, "run")


def _run(**values: object) -> RunRow:
    row = {
        "run_id": "r", "flow": "f", "title": "t", "status": "running", "progress": 1, "current_step": None,
        "note": "", "error": None, "payload": {}, "result": None, "created_at": START, "started_at": None,
        "completed_at": None, "seconds_left": None,
    }  # fmt: skip
    return RunRow(**(row | values))  # type: ignore[arg-type]  # values are those of the record


def _ids(lines: list[str]) -> list[str]:
    return [line[4 : line.index("\n")] for line in lines if line.startswith("id: ")]


@given(st.lists(st.floats(0, 20), max_size=40), st.randoms())
def test_each_event_once_whatever_the_order_of_arrival(times: list[float], chance: object) -> None:
    rows = [_row(number, at) for number, at in enumerate(times)]
    chance.shuffle(rows)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    feed, lines = Feed(), list[str]()
    for end in range(0, len(rows) + 1, 3):
        lines += feed.event_lines(rows[max(0, end - 6) : end + 3])
    assert sorted(json.loads(line.split("data: ")[1])["event_id"] for line in lines) == sorted(
        row.event_id for row in rows
    )
    places = {row.event_id: (row.created_at, row.event_id) for row in rows}
    seen = [places[event_id] for event_id in _ids(lines)]
    assert seen == sorted(seen), "the place to come back to never moves backwards"


def test_a_late_event_is_sent_without_a_place() -> None:
    feed = Feed()
    list(feed.event_lines([_row(2, 10)]))
    (late,) = feed.event_lines([_row(1, 9)])
    assert not late.startswith("id:") and "n1" in late


def test_old_ids_are_forgotten() -> None:
    feed = Feed()
    list(feed.event_lines([_row(1, 0), _row(2, 100)]))
    assert len(feed.sent) == 1


def test_a_run_is_told_only_when_it_looks_different() -> None:
    feed = Feed()
    assert len(list(feed.run_lines([_run()]))) == 1
    assert list(feed.run_lines([_run()])) == []
    assert len(list(feed.run_lines([_run(progress=2)]))) == 1
    assert list(feed.run_lines([_run(progress=2, seconds_left=None)])) == []


def test_line_breaks_cannot_make_another_event() -> None:
    text = message("event", {"message": "a\n\nevent: run\ndata: {}"}, "1")
    assert text.count("\n\n") == 1 and text.endswith("\n\n")


def _events(text: str) -> list[dict[str, str]]:
    blocks = [
        dict(line.split(": ", 1) for line in block.split("\n") if not line.startswith(":"))
        for block in text.split("\n\n")
        if block
    ]
    return [block for block in blocks if "event" in block]


def test_replay_of_five_hundred_after_the_last_seen(client: TestClient, house: House) -> None:
    with house.begin() as connection:
        run_id = add_run(connection)
        ids = [
            add_event(connection, run_id, f"event {n}", created_at=START + timedelta(milliseconds=n // 3))
            for n in range(501)
        ]
    order = sorted(range(501), key=lambda n: (n // 3, ids[n]))
    wanted = [ids[n] for n in order]
    got = _events(client.get("/events/runs", headers={"last-event-id": wanted[0]}).text)
    assert [event["id"] for event in got if event["event"] == "event"] == wanted[1:]


def test_reconnecting_again_and_again_loses_and_repeats_nothing(client: TestClient, house: House) -> None:
    with house.begin() as connection:
        run_id = add_run(connection)
        first = add_event(connection, run_id, "first")
    seen, last = list[str](), first
    made = list[str]()
    for turn in range(4):
        with house.begin() as connection:
            made += [
                add_event(
                    connection,
                    run_id,
                    f"{turn}-{n}",
                    created_at=START + timedelta(seconds=turn + 1, milliseconds=n),
                )
                for n in range(20)
            ]
        new = _events(client.get("/events/runs", headers={"last-event-id": last}).text)
        ids = [event["id"] for event in new if event["event"] == "event"]
        seen += ids
        last = ids[-1]
    assert seen == made


def test_the_stream_tells_states_and_names_them(client: TestClient, house: House) -> None:
    with house.begin() as connection:
        add_run(connection, "one", progress=7)
        add_run(connection, "two")
    answer = client.get("/events/runs", params={"job_id": "one"})
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text.startswith("retry: ")
    assert ": nothing new" in answer.text
    (event,) = _events(answer.text)
    assert event["event"] == "run" and json.loads(event["data"])["progress"] == 7


def test_an_unknown_place_starts_at_the_newest(client: TestClient, house: House) -> None:
    with house.begin() as connection:
        add_event(connection, None, "old news")
    for last in ("nonsense", uuid7(1, 1)):
        assert _events(client.get("/events/runs", headers={"last-event-id": last}).text) == []


def test_only_so_many_readers(client: TestClient, site: object, house: House) -> None:
    site.state.streams.open = 2  # type: ignore[attr-defined]  # the site of the client
    answer = client.get("/events/runs")
    assert (answer.status_code, answer.json()["code"]) == (503, "passing")


def test_a_stream_gives_its_place_back(client: TestClient, site: object) -> None:
    client.get("/events/runs")
    assert site.state.streams.open == 0  # type: ignore[attr-defined]  # as above


def test_a_closing_server_ends_its_streams(client: TestClient, site: object) -> None:
    site.state.streams.close()  # type: ignore[attr-defined]  # as above
    assert _events(client.get("/events/runs").text) == []


@pytest.mark.parametrize("status", ["completed", "failed"])
def test_a_finished_run_is_told_once_more(client: TestClient, house: House, status: str) -> None:
    with house.begin() as connection:
        run_id = add_run(connection, status=status, progress=100)
        connection.execute(jobs.update().values(completed_at=START))
    told = _events(client.get("/events/runs", params={"job_id": run_id}).text)
    assert [json.loads(event["data"])["status"] for event in told] == [status]
    assert TOKEN not in str(told)
