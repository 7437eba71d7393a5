"""Clients and campaigns at rest."""

from typing import Any

import pytest

from kinoloop.core.errors import InputError, NotFoundError
from kinoloop.creative.briefs.campaigns import Client
from kinoloop.creative.briefs.operations import change_campaign, create_campaign, ensure_client
from kinoloop.creative.briefs.queries import campaign, campaigns, client, clients
from kinoloop.creative.briefs.records import Brief
from kinoloop.store.session import Database
from tests.creative.videos.fill import NOW, later
from tests.footage.fill import Ids

BRIEF = Brief(name="Spring", product="Shoes", facts=("190 g",))


def test_clients_come_into_being_once(database: Database) -> None:
    with database.begin() as connection:
        assert clients(connection) == ()
        made = ensure_client(connection, "acme", now=NOW, name="Acme")
        assert ensure_client(connection, "acme", now=later(5), name="Other") == made
        assert made == Client("acme", "Acme", NOW, NOW) == client(connection, "acme")
        house = ensure_client(connection, "house", now=NOW)
        assert house.name == "Own brand"
        assert ensure_client(connection, "c-3", now=NOW).name == "c-3"
        assert [one.client_id for one in clients(connection)] == ["acme", "house", "c-3"]
        with pytest.raises(NotFoundError):
            client(connection, "nobody")


def test_campaigns_read_back_in_pages(database: Database) -> None:
    new_id = Ids()
    with database.begin() as connection:
        first = create_campaign(connection, name="Spring", goal="sales", brief=BRIEF, now=NOW, new_id=new_id)
        ensure_client(connection, "acme", now=NOW)
        second = create_campaign(
            connection, client_id="acme", name="Summer", status="active", product_url="https://acme.test/x",
            now=NOW, new_id=new_id,
        )  # fmt: skip
        assert (first.client_id, first.status, first.brief) == ("house", "draft", BRIEF)
        assert campaign(connection, first.campaign_id) == first
        assert campaigns(connection) == (second, first)
        assert campaigns(connection, limit=1, after=second.campaign_id) == (first,)
        assert campaigns(connection, client_id="acme") == campaigns(connection, status="active") == (second,)
        changed = change_campaign(connection, first.campaign_id, status="archived", brief=None, now=later(9))
        assert (changed.status, changed.brief, changed.goal) == ("archived", None, "sales")
        assert changed.updated_at == later(9)
        assert campaign(connection, first.campaign_id) == changed


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": " "}, "needs a name"),
        ({"status": "gone"}, "cannot be 'gone'"),
        ({"product_url": "javascript:alert(1)"}, "is no web address"),
    ],
)
def test_what_a_campaign_cannot_be(sqlite_database: Database, wrong: dict[str, Any], words: str) -> None:
    with sqlite_database.begin() as connection:
        good: dict[str, Any] = {"name": "x", "now": NOW, "new_id": Ids()}
        with pytest.raises(InputError, match=words):
            create_campaign(connection, **good | wrong)
        made = create_campaign(connection, **good)
        with pytest.raises(InputError, match=words):
            change_campaign(connection, made.campaign_id, now=NOW, **wrong)
        assert campaigns(connection) == (made,)


def test_what_is_not_there(sqlite_database: Database) -> None:
    with sqlite_database.begin() as connection:
        with pytest.raises(NotFoundError):
            create_campaign(connection, client_id="nobody", name="x", now=NOW, new_id=Ids())
        with pytest.raises(NotFoundError):
            campaign(connection, "x")
        with pytest.raises(TypeError, match="client_id cannot be changed"):
            change_campaign(connection, "x", now=NOW, client_id="y")
        with pytest.raises(InputError):
            campaigns(connection, limit=1000)
