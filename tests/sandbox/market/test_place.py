"""Markets driven by a sandbox's clock: founded at the first look, stepped with time, gone on reset."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from kinoloop.core.clock import ManualClock
from kinoloop.sandbox.market.events import ContactCreated, Event
from kinoloop.sandbox.market.place import HISTORY_DAYS, Marketplace, marketplace
from kinoloop.sandbox.market.settings import SETTINGS
from kinoloop.sandbox.world import World

NOON = datetime(2026, 11, 18, 17, 30, tzinfo=UTC)


@pytest.fixture
def world() -> Iterator[World]:
    world = World(clock=ManualClock(NOON))
    yield world
    world.close()


def found(place: Marketplace) -> None:
    market = place.open("act_1", SETTINGS["small"], zone="America/New_York", unit=100.0)
    market.add("9", "9", "film")
    market.act({"9": 50_000}, set())


def test_one_place_per_world(world: World) -> None:
    assert marketplace(world) is marketplace(world)


def test_history_begins_at_local_midnight(world: World) -> None:
    place = marketplace(world)
    place.on_open(found)
    market = place.market("act_1")
    assert market.start == datetime(2026, 11, 4, 5, tzinfo=UTC)
    assert market.now == datetime(2026, 11, 18, 17, tzinfo=UTC)
    assert market.seen().spend.shape == (HISTORY_DAYS * 24 + 12, 1)
    assert set(place.markets()) == {"act_1"}


def test_people_act_while_nobody_asks(world: World) -> None:
    place, heard = marketplace(world), list[tuple[str, Event]]()
    place.on_open(found)
    place.subscribe(lambda account, event: heard.append((account, event)), clicks=False)
    assert not heard
    place.settle()
    before = len(heard)
    seen: list[datetime] = []
    world.schedule(NOON + timedelta(days=1), lambda: seen.append(place.peek("act_1").now))
    world.advance(5 * 86_400)
    contacts = [event for _, event in heard if isinstance(event, ContactCreated)]
    assert len(heard) > before > 0 and contacts[-1].at > NOON + timedelta(days=4)
    assert seen == [datetime(2026, 11, 19, 17, tzinfo=UTC)], "the market keeps step with other due work"
    assert all(account == "act_1" for account, _ in heard)
    late: list[Event] = []
    place.subscribe(lambda account, event: late.append(event), clicks=False)
    assert late == [event for _, event in heard]


def test_a_reset_begins_anew(world: World) -> None:
    place = marketplace(world)
    place.on_open(found)
    spent = place.market("act_1").seen().spend
    world.advance(86_400)
    world.reset()
    again = place.market("act_1")
    assert again.start == datetime(2026, 11, 5, 5, tzinfo=UTC)
    assert again.seen().spend.shape == spent.shape
