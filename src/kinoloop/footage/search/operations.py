"""Filling the word index: an asset's name, and the words of each of its shots."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select

from kinoloop.footage.analysis.tables import clips
from kinoloop.footage.intake.queries import asset, transcript
from kinoloop.footage.intake.tables import assets
from kinoloop.footage.search.rules import NAME_WEIGHT, merge, name_terms, terms_of, weigh
from kinoloop.footage.search.tables import search_documents, search_terms

Document = tuple[str | None, dict[str, float]]


def index_asset(connection: Connection, asset_id: str) -> int:
    """Index an asset's name and spoken words anew; returns the number of documents. Call it after its shots.

    Words belong to the shot they are said in; without any shot (sound alone) to the asset itself.
    Raises NotFoundError.
    """
    name = asset(connection, asset_id).filename
    held = select(assets.c.asset_id).where(assets.c.asset_id == asset_id).with_for_update()
    connection.execute(held)  # two indexings of one asset take turns
    connection.execute(delete(search_documents).where(search_documents.c.asset_id == asset_id))
    return _store(connection, asset_id, _documents(connection, asset_id, name))


def _documents(connection: Connection, asset_id: str, name: str) -> list[Document]:
    rows = connection.execute(select(clips.c.clip_id, clips.c.text).where(clips.c.asset_id == asset_id)).all()
    whole = weigh(name_terms(name), factor=NAME_WEIGHT)
    if not rows:
        said = transcript(connection, asset_id)
        return [(None, merge(whole, weigh(terms_of(said.text())) if said else {}))]
    spoken: list[Document] = [(str(row.clip_id), weigh(terms_of(row.text))) for row in rows if row.text]
    return [(None, whole), *spoken]


def _store(connection: Connection, asset_id: str, documents: Sequence[Document]) -> int:
    rows = [{"asset_id": asset_id, "clip_id": clip_id} for clip_id, _ in documents]
    made = connection.execute(
        insert(search_documents).returning(search_documents.c.doc, sort_by_parameter_order=True), rows
    ).scalars()
    postings = [
        {"term": term, "doc": doc, "weight": weight}
        for doc, (_, weights) in zip(made, documents, strict=True)
        for term, weight in weights.items()
    ]
    if postings:
        connection.execute(insert(search_terms), postings)
    return len(documents)
