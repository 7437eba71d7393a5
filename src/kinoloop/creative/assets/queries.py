"""Reading uploaded files: one, and pages of them (newest first, keyset by id)."""

from sqlalchemy import Connection, select

from kinoloop.core.errors import InputError, NotFoundError
from kinoloop.core.ids import is_id
from kinoloop.creative.assets.records import UploadedAsset
from kinoloop.creative.assets.tables import uploaded_assets as table

LARGEST_PAGE = 200


def uploaded_asset(connection: Connection, asset_id: str) -> UploadedAsset:
    """Raises NotFoundError."""
    row = None
    if is_id(asset_id):
        row = connection.execute(select(table).where(table.c.asset_id == asset_id)).first()
    if row is None:
        raise NotFoundError(
            f"There is no uploaded file with the id '{asset_id}'.", fix="Upload it, then use the id you get."
        )
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
    if not 1 <= limit <= LARGEST_PAGE:
        raise InputError(
            f"A page holds 1 to {LARGEST_PAGE} entries, not {limit}.", fix="Ask for several pages."
        )
    if after is not None and not is_id(after):
        raise InputError(f"'{after}' is not the id of an uploaded file.", fix="Hand in the last id you got.")
    query = select(table).order_by(table.c.asset_id.desc()).limit(limit)
    if client_id is not None:
        query = query.where(table.c.client_id == client_id)
    if owner is not None:
        query = query.where(table.c.owner == owner)
    if after is not None:
        query = query.where(table.c.asset_id < after)
    return tuple(UploadedAsset(**row._mapping) for row in connection.execute(query))
