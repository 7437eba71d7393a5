"""Finding footage: by words, by a shot's look, and by both at once when a text has a vector.

At most POSTINGS documents are read for a word, the weightiest first; other words are then looked up for all
candidates, so only a search for nothing but common words can miss a lesser hit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Row, Select, func, select

from kinoloop.core.errors import InputError
from kinoloop.core.timecode import Span, exact
from kinoloop.footage.analysis.queries import library, shot
from kinoloop.footage.analysis.tables import clips
from kinoloop.footage.intake.tables import assets
from kinoloop.footage.search.records import Hit
from kinoloop.footage.search.rules import PREFIX_WEIGHT, Asked, ask, fuse, idf, snippet
from kinoloop.footage.search.tables import search_documents, search_terms
from kinoloop.store.vectors import Near, Vectors, decode, encode

POSTINGS = 500
CHUNK = 500
MOST_HITS = 200
LAST = "\U0010ffff"


@dataclass
class _Found:
    """A document on its way to a hit."""

    score: float = 0.0
    terms: list[str] = field(default_factory=list)


def by_text(
    connection: Connection,
    text: str,
    *,
    limit: int = 20,
    asset_id: str | None = None,
    text_vector: NDArray[np.float32] | None = None,
    space: str | None = None,
) -> tuple[Hit, ...]:
    """Shots in which the words are said and assets named by them, best first; no accents, no case.

    `asset_id` keeps to one asset. The last word may be a beginning. A `text_vector` (512,) of `space` finds
    what looks like the text, too; the two orders are then fused by rank. Raises InputError for a limit or
    vector that cannot be.
    """
    _check(limit)
    asked = ask(text)
    said = _said(connection, asked, limit, asset_id)
    if text_vector is None:
        return said
    if space is None:
        raise InputError("A text vector needs the name of its space.", fix="Hand in the embedder's `space`.")
    return _fused(said, by_vector(connection, text_vector, space, limit=limit, asset_id=asset_id), limit)


def by_shot(connection: Connection, clip_id: str, *, limit: int = 20) -> tuple[Hit, ...]:
    """The shots that look most like this one, itself left out; only the same vector space is compared.

    Raises NotFoundError for an unknown shot, InputError for one without a vector.
    """
    _check(limit)
    asked = shot(connection, clip_id)
    if asked.embedding is None or asked.space is None:
        raise InputError(
            "This shot cannot be compared.",
            why="It has no vector.",
            fix="Analyse its file again with a picture.",
        )
    found = by_vector(connection, asked.embedding, asked.space, limit=limit + 1)
    return tuple(hit for hit in found if hit.clip_id != clip_id)[:limit]


def by_vector(
    connection: Connection,
    vector: NDArray[np.float32],
    space: str,
    *,
    limit: int = 20,
    asset_id: str | None = None,
) -> tuple[Hit, ...]:
    """The shots of highest cosine to a vector (512,) of the same space; exact. Raises InputError."""
    query: Vectors = decode(encode(vector))
    held = library(connection, space)
    with held.lock:
        near = held.nearest(query, limit, within=asset_id)
    rows = _shots(connection, [found.key for found in near]) if near else {}
    return tuple(_look(rows[found.key], found, space) for found in near if found.key in rows)


def _check(limit: int) -> None:
    if not 1 <= limit <= MOST_HITS:
        raise InputError(f"A search gives 1 to {MOST_HITS} hits, not {limit}.")


def _said(connection: Connection, asked: Asked, limit: int, asset_id: str | None) -> tuple[Hit, ...]:
    found = _score(connection, asked, asset_id)
    best = sorted(found, key=lambda doc: (-found[doc].score, doc))[:limit]
    rows = _documents(connection, best) if best else {}
    return tuple(_word_hit(rows[doc], found[doc]) for doc in best if doc in rows)


def _score(connection: Connection, asked: Asked, asset_id: str | None) -> dict[int, _Found]:
    total = connection.execute(select(func.max(search_documents.c.doc))).scalar() or 0
    postings = {term: _postings(connection, term, asset_id) for term in asked.terms}
    found: dict[int, _Found] = {}
    candidates = {doc for rows in postings.values() for doc in rows}
    for term, rows in postings.items():
        rarity = idf(total, len(rows))
        whole = rows if len(rows) < POSTINGS else rows | _looked_up(connection, term, candidates - set(rows))
        _add(found, term, {doc: rarity * weight for doc, weight in whole.items()})
    if asked.prefix is not None:
        met = set(postings[asked.prefix])  # the word itself counts more than any longer one
        for term, weights in _beginnings(connection, asked.prefix, asset_id).items():
            rarity = PREFIX_WEIGHT * idf(total, len(weights))
            _add(found, term, {doc: rarity * weight for doc, weight in weights.items() if doc not in met})
            met |= set(weights)
    return found


def _add(found: dict[int, _Found], term: str, scores: dict[int, float]) -> None:
    for doc, score in scores.items():
        entry = found.setdefault(doc, _Found())
        entry.score += score
        entry.terms.append(term)


def _postings(connection: Connection, term: str, asset_id: str | None) -> dict[int, float]:
    query = select(search_terms.c.doc, search_terms.c.weight).where(search_terms.c.term == term)
    best = _inside(query, asset_id).order_by(search_terms.c.weight.desc(), search_terms.c.doc).limit(POSTINGS)
    return {row.doc: row.weight for row in connection.execute(best)}


def _looked_up(connection: Connection, term: str, docs: set[int]) -> dict[int, float]:
    held: dict[int, float] = {}
    query = select(search_terms.c.doc, search_terms.c.weight).where(search_terms.c.term == term)
    for some in _chunks(sorted(docs)):
        rows = connection.execute(query.where(search_terms.c.doc.in_(some)))
        held |= {row.doc: row.weight for row in rows}
    return held


def _beginnings(connection: Connection, prefix: str, asset_id: str | None) -> dict[str, dict[int, float]]:
    query = select(search_terms.c.term, search_terms.c.doc, search_terms.c.weight).where(
        search_terms.c.term > prefix, search_terms.c.term < prefix + LAST
    )
    found: dict[str, dict[int, float]] = {}
    for row in connection.execute(_inside(query, asset_id).order_by(search_terms.c.term).limit(POSTINGS)):
        found.setdefault(row.term, {})[row.doc] = row.weight
    return found


def _inside(query: Select[Any], asset_id: str | None) -> Select[Any]:
    if asset_id is None:
        return query
    own = select(search_documents.c.doc).where(search_documents.c.asset_id == asset_id)
    return query.where(search_terms.c.doc.in_(own))


def _documents(connection: Connection, docs: Sequence[int]) -> dict[int, Row[Any]]:
    query = (
        select(search_documents.c.doc, *_SHOWN)
        .join(assets, assets.c.asset_id == search_documents.c.asset_id)
        .outerjoin(clips, clips.c.clip_id == search_documents.c.clip_id)
    )
    rows = connection.execute(query.where(search_documents.c.doc.in_(docs))).all()
    return {row.doc: row for row in rows}


def _shots(connection: Connection, clip_ids: Sequence[str]) -> dict[str, Row[Any]]:
    query = select(*_SHOWN).join(assets, assets.c.asset_id == clips.c.asset_id)
    rows = connection.execute(query.where(clips.c.clip_id.in_(clip_ids))).all()
    return {str(row.clip_id): row for row in rows}


_SHOWN: tuple[Any, ...] = (
    clips.c.clip_id,
    clips.c.start_time,
    clips.c.end_time,
    clips.c.text,
    clips.c.thumbnail_url,
    assets.c.asset_id,
    assets.c.filename,
    assets.c.duration_seconds,
    assets.c.thumbnail_path,
)


def _word_hit(row: Row[Any], found: _Found) -> Hit:
    terms = ", ".join(f"'{term}'" for term in dict.fromkeys(found.terms))
    if row.clip_id is None:
        return _hit(row, found.score, f"named or said: {terms}", row.filename)
    return _hit(row, found.score, f"said: {terms}", snippet(row.text or "", found.terms))


def _look(row: Row[Any], near: Near[str], space: str) -> Hit:
    return _hit(
        row, near.cosine, f"looks alike: cosine {near.cosine:.2f} in {space}", snippet(row.text or "", ())
    )


def _hit(row: Row[Any], score: float, why: str, shown: str) -> Hit:
    if row.clip_id is None:
        span = None if row.duration_seconds is None else Span(exact(0), exact(row.duration_seconds))
        return Hit(None, str(row.asset_id), row.filename, span, score, why, shown, row.thumbnail_path)
    span = Span(exact(row.start_time), exact(row.end_time))
    picture = row.thumbnail_url or row.thumbnail_path
    return Hit(str(row.clip_id), str(row.asset_id), row.filename, span, score, why, shown, picture)


def _fused(said: Sequence[Hit], seen: Sequence[Hit], limit: int) -> tuple[Hit, ...]:
    hits: dict[str, Hit] = {}
    for hit in [*said, *seen]:
        key = hit.clip_id or hit.asset_id
        known = hits.get(key)
        hits[key] = hit if known is None else _both(known, hit)
    scores = fuse(_keys(said), _keys(seen))
    order = sorted(scores, key=lambda key: (-scores[key], key))[:limit]
    return tuple(_scored(hits[key], scores[key]) for key in order)


def _keys(hits: Iterable[Hit]) -> list[str]:
    return [hit.clip_id or hit.asset_id for hit in hits]


def _both(first: Hit, second: Hit) -> Hit:
    return Hit(**vars(first) | {"why": f"{first.why}; {second.why}"})


def _scored(hit: Hit, score: float) -> Hit:
    return Hit(**vars(hit) | {"score": score})


def _chunks(values: Sequence[int]) -> Iterable[Sequence[int]]:
    return (values[start : start + CHUNK] for start in range(0, len(values), CHUNK))
