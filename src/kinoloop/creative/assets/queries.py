"""Reading uploaded files: one, and pages of them (newest first, keyset by id)."""

from sqlalchemy import Connection, select

from kinoloop.creative.assets.records import UploadedAsset
from kinoloop.creative.assets.tables import uploaded_assets as table
from kinoloop.store.reading import newest_first, row_by_id


def uploaded_asset(connection: Connection, asset_id: str) -> UploadedAsset:
    """Raises NotFoundError."""
    fix = "Upload it, then use the id you get."
    row = row_by_id(connection, table.c.asset_id, asset_id, what="uploaded file", fix=fix)
    return UploadedAsset(**row._mapping)


def uploaded_assets(
    connection: Connection,
    *,
    client_id: str | None = None,
    owner: str | None = None,
    limit: int = 50,
    after: str | None = None,
) -> tuple[UploadedAsset, ...]:
    """A page, newest first. `after` is the last id of the page before. Raises InputError."""
    what = "an uploaded file"
    query = newest_first(select(table), table.c.asset_id, limit=limit, after=after, what=what)
    if client_id is not None:
        query = query.where(table.c.client_id == client_id)
    if owner is not None:
        query = query.where(table.c.owner == owner)
    return tuple(UploadedAsset(**row._mapping) for row in connection.execute(query))
