"""Writing uploaded files. Nothing here commits."""

from sqlalchemy import Connection, delete, insert, update

from kinoloop.creative.assets.queries import uploaded_asset
from kinoloop.creative.assets.records import UploadedAsset
from kinoloop.creative.assets.tables import uploaded_assets as table


def add(connection: Connection, asset: UploadedAsset) -> UploadedAsset:
    """A file that lies in its place and was looked at."""
    connection.execute(insert(table).values(vars(asset)))
    return asset


def join_footage(connection: Connection, asset_id: str, footage_asset_id: str) -> UploadedAsset:
    """The film has joined the footage library under that id. Raises NotFoundError."""
    uploaded_asset(connection, asset_id)
    joined = update(table).where(table.c.asset_id == asset_id).values(footage_asset_id=footage_asset_id)
    connection.execute(joined)
    return uploaded_asset(connection, asset_id)


def forget(connection: Connection, asset_id: str) -> UploadedAsset:
    """Take its row away; gives what it was, so that its file can follow. Raises NotFoundError."""
    known = uploaded_asset(connection, asset_id)
    connection.execute(delete(table).where(table.c.asset_id == asset_id))
    return known
