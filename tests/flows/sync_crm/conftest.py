"""The sandbox of HubSpot and an office beside it, on both dialects."""

from collections.abc import Iterator

import pytest

from kinoloop.store.session import Database
from tests.flows.sync_crm.office import Office, open_office
from tests.vendors.hubspot.sandboxed import HubSpotBox, hubspot_box


@pytest.fixture
def box() -> Iterator[HubSpotBox]:
    with hubspot_box() as opened:
        yield opened


@pytest.fixture
def office(database: Database, box: HubSpotBox) -> Iterator[Office]:
    with open_office(database, box) as opened:
        yield opened


@pytest.fixture
def small(sqlite_database: Database, box: HubSpotBox) -> Iterator[Office]:
    """On SQLite only: for what does not depend on the database."""
    with open_office(sqlite_database, box) as opened:
        yield opened
