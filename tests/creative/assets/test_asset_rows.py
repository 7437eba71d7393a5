"""Uploaded files at rest."""

from dataclasses import replace

import pytest

from kinoloop.core.errors import InputError, NotFoundError
from kinoloop.creative.assets.operations import add, forget, join_footage
from kinoloop.creative.assets.queries import uploaded_asset, uploaded_assets
from kinoloop.creative.assets.records import UploadedAsset
from kinoloop.store.session import Database
from tests.footage.fill import NOW, Ids
from tests.footage.fill import asset as footage_asset


def test_uploads_read_back_in_pages(database: Database) -> None:
    new_id = Ids()
    file = UploadedAsset(
        new_id(), "house", "ada", "uploads/house/x.png", "image", "Logo ö.png", 51_200_000_000, "ab" * 32,
        1080, 1920, None, None, NOW,
    )  # fmt: skip
    with database.begin() as connection:
        made = [add(connection, replace(file, asset_id=new_id())) for _ in range(3)]
        other = add(
            connection, replace(file, asset_id=new_id(), client_id="c-2", owner="bob", duration_ms=900)
        )
        assert uploaded_asset(connection, made[0].asset_id) == made[0]
        first = uploaded_assets(connection, limit=2)
        rest = uploaded_assets(connection, limit=2, after=first[-1].asset_id)
        assert (*first, *rest) == (other, *reversed(made))
        assert uploaded_assets(connection, client_id="c-2") == (other,)
        assert uploaded_assets(connection, owner="ada", client_id="c-2") == ()
        footage_id = footage_asset(connection, new_id)
        joined = join_footage(connection, other.asset_id, footage_id)
        assert joined.footage_asset_id == footage_id
        assert forget(connection, other.asset_id) == joined
        for wrong in (other.asset_id, "x"):
            with pytest.raises(NotFoundError):
                uploaded_asset(connection, wrong)
        with pytest.raises(InputError):
            uploaded_assets(connection, limit=0)
        with pytest.raises(InputError):
            uploaded_assets(connection, after="x")
