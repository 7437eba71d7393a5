"""Brands at rest, with their client."""

from dataclasses import replace

import pytest

from kinoloop.core.errors import InputError
from kinoloop.creative.brand.operations import save_brand
from kinoloop.creative.brand.queries import brand
from kinoloop.creative.brand.records import Brand
from kinoloop.creative.briefs.operations import ensure_client
from kinoloop.creative.briefs.queries import client
from kinoloop.store.session import Database
from tests.creative.videos.fill import NOW, later

ACME = Brand(
    "acme", "Acme", "warm", "bright rooms", ("#ff0000", "#00ff00"), "uploads/acme/l.png", ("snakes",),
    ("Light as air",), ("cheap",),
)  # fmt: skip


def test_a_brand_reads_back_as_it_was_saved(database: Database) -> None:
    with database.begin() as connection:
        assert brand(connection, "acme") == Brand("acme")
        assert save_brand(connection, ACME, NOW) == ACME == brand(connection, "acme")
        assert client(connection, "acme").name == "Acme"
        calm = save_brand(connection, replace(ACME, voice="calm", name=""), later(5))
        assert brand(connection, "acme") == calm
        kept = client(connection, "acme")
        assert (kept.name, kept.created_at, kept.updated_at) == ("Acme", NOW, later(5))


def test_a_known_client_keeps_its_name(database: Database) -> None:
    with database.begin() as connection:
        ensure_client(connection, "c-2", now=NOW, name="Second")
        assert brand(connection, "c-2") == Brand("c-2")
        save_brand(connection, Brand("c-2", voice="dry"), NOW)
        assert client(connection, "c-2").name == "Second"


def test_what_cannot_be_a_brand_is_not_saved(sqlite_database: Database) -> None:
    with sqlite_database.begin() as connection:
        with pytest.raises(InputError):
            save_brand(connection, replace(ACME, palette=("red-ish",)), NOW)
        assert brand(connection, "acme") == Brand("acme")
