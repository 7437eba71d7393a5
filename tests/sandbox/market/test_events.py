"""Single people's events: in order, each once, and joined to the clicks they came from."""

from datetime import timedelta

import pytest

from kinoloop.sandbox.market.events import Clicked, ContactCreated, DealCreated, Event, StageMoved
from kinoloop.sandbox.market.market import Market
from kinoloop.sandbox.market.settings import SETTINGS

DAY = timedelta(days=1)


def told(name: str, days: float = 12, **more: bool) -> tuple[Market, list[Event]]:
    market, events = Market(SETTINGS[name], 11, step_hours=1.0), list[Event]()
    market.subscribe(events.append, **more)
    for hours in range(0, int(days * 24) + 1, 7):
        market.advance(market.start + timedelta(hours=hours))
    return market, events


@pytest.mark.parametrize("name", ["small", "b2b"])
def test_in_time_order_and_each_once(name: str) -> None:
    market, events = told(name)
    assert [event.at for event in events] == sorted(event.at for event in events)
    assert len(set(events)) == len(events)
    assert all(market.start <= event.at <= market.now for event in events)
    late: list[Event] = []
    market.subscribe(late.append)
    assert late == events


def test_clicks_are_those_of_the_tables() -> None:
    market, events = told("small")
    clicks = [event for event in events if isinstance(event, Clicked)]
    counted = market.seen().clicks.sum(axis=0)
    for card in market.ads:
        assert sum(click.ad_id == card.ad_id for click in clicks) == counted[market.place(card.ad_id)]
    assert len({click.click_id for click in clicks}) == len(clicks)
    stripped = sum(click.fbclid is None for click in clicks) / len(clicks)
    assert 0.1 < stripped < 0.3


def test_a_contact_that_knows_its_click_id_has_that_click() -> None:
    _, events = told("b2b")
    clicks = {event.click_id: event for event in events if isinstance(event, Clicked)}
    contacts = [event for event in events if isinstance(event, ContactCreated)]
    known = [contact for contact in contacts if contact.fbclid]
    assert len(known) > 100
    for contact in known:
        click = clicks[str(contact.true_click_id)]
        assert click.fbclid == contact.fbclid and click.at <= contact.at and click.ad_id == contact.true_ad_id
        assert click.ios == contact.ios
    alone = [contact for contact in contacts if contact.true_click_id is None]
    assert alone and all(contact.fbclid is None for contact in alone)


def test_a_deal_goes_through_its_stages() -> None:
    market, events = told("b2b", 40, clicks=False)
    assert not any(isinstance(event, Clicked) for event in events)
    ways: dict[str, list[str]] = {}
    for event in events:
        if isinstance(event, DealCreated):
            ways[event.deal_id] = [event.stage]
        elif isinstance(event, StageMoved):
            ways[event.deal_id].append(event.stage)
            assert (event.amount is not None) == (event.stage == "closed_won")
    order = ["lead", "appointment_scheduled", "show_up", "closed_won"]
    whole = [way for way in ways.values() if way[-1] == "closed_won"]
    assert whole and all(way == order for way in whole)
    lost = [way for way in ways.values() if way[-1] == "closed_lost"]
    assert len(lost) > len(whole) and all(way[:-1] == order[: len(way) - 1] for way in lost)
    assert len(ways) == len(market.seen().results)


def test_a_shop_sells_at_once() -> None:
    _, events = told("small", 20, clicks=False)
    kinds = {type(event) for event in events}
    assert kinds == {ContactCreated, DealCreated, StageMoved}
    moves = [event for event in events if isinstance(event, StageMoved)]
    assert {move.stage for move in moves} == {"purchase"} and all(move.amount for move in moves)
