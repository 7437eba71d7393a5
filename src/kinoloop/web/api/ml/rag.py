"""The index of winners: add one, find those like a vector or a known ad, take one off, see how it stands.

Nothing is a winner for one good hour: an ad whose results are known here must have won by the rule, and
figures that come along (impressions, clicks) must be enough. Vectors of different spaces are never compared.
"""

from typing import Annotated, Any, Literal

import numpy as np
from fastapi import APIRouter, Query
from numpy.typing import NDArray
from pydantic import BaseModel, Field
from sqlalchemy import Connection

from kinoloop.core.errors import ConflictError, InputError
from kinoloop.learning.winners import operations, queries
from kinoloop.learning.winners.index import installed
from kinoloop.learning.winners.library import Library, shared_library
from kinoloop.learning.winners.records import Winner, WinnerSettings
from kinoloop.store.vectors import SIZE
from kinoloop.web.api.shapes import Body, Problem
from kinoloop.web.backstage import Backstage
from kinoloop.web.stage import Now, Stage, Who

router = APIRouter(
    prefix="/api/ml/rag",
    tags=["winners"],
    responses={404: {"model": Problem}, 409: {"model": Problem}, 422: {"model": Problem}},
)
GIVEN = "given"
"""The space of vectors whose maker was not named."""
ON_WORD = "Taken on the caller's word: its results were not measured here."
Name = Annotated[str, Field(min_length=1, max_length=200)]
Numbers = Annotated[list[float], Field(min_length=1, max_length=4096)]


class AddBody(Body):
    """`embedding`: 512 numbers of the model that `space` names; `metadata` may tell impressions, clicks."""

    ad_id: Name
    embedding: Numbers
    metadata: dict[str, Any] = Field(default_factory=dict, max_length=100)
    space: Name = GIVEN
    tenant_id: Name | None = None


class AddAnswer(BaseModel):
    """`total_winners` counts those with a vector of this space."""

    success: bool
    ad_id: str
    total_winners: int
    source: Literal["measured", "told"]
    reason: str


class FindBody(Body):
    """By a vector of `space`, or by `ad_id`: by the vector of that ad, which is left out of the answer."""

    embedding: Numbers | None = None
    ad_id: Name | None = None
    k: int = Field(default=5, ge=1, le=200)
    space: Name = GIVEN
    tenant_id: Name | None = None


class MatchAnswer(BaseModel):
    """`similarity` is the cosine, -1 to 1; `reason` is why it is among the winners."""

    ad_id: str
    similarity: float
    metadata: dict[str, Any]
    reason: str


class FindAnswer(BaseModel):
    """The most similar first."""

    matches: list[MatchAnswer]
    count: int
    space: str


class StatsAnswer(BaseModel):
    """`backend` scans here; winners without a vector are counted apart; `index_path` is below the home."""

    total_winners: int
    dimension: int
    index_path: str
    faiss_available: bool
    backend: str
    without_vector: int
    spaces: dict[str, int]


class RemoveAnswer(BaseModel):
    """The rule does not put back what a person took off."""

    success: bool
    ad_id: str


@router.post("/add-winner", summary="Remember a winning ad")
def add_winner(body: AddBody, stage: Stage, clock: Now) -> AddAnswer:
    """The same ad again replaces its vector. 409 for an ad that is known not to have won."""
    tenant_id, vector = body.tenant_id or stage.settings.tenant, _vector(body.embedding)
    with stage.begin() as connection:
        source, reason = _proven(connection, tenant_id, body)
        asked = Winner(tenant_id, body.ad_id, source, reason, body.space, vector, None, body.metadata)
        operations.add_winner(connection, asked, now=clock.now())
    library = _library(stage)
    with stage.database.read() as connection:
        library.save(connection, tenant_id, body.space)
        total = queries.counts(connection, tenant_id).get(body.space, 0)
    return AddAnswer(success=True, ad_id=body.ad_id, total_winners=total, source=source, reason=reason)


@router.post("/find-similar", summary="Winners like this")
def find_similar(body: FindBody, stage: Stage) -> FindAnswer:
    """Exact: the same answer as comparing with every winner of the tenant."""
    tenant_id = body.tenant_id or stage.settings.tenant
    with stage.database.read() as connection:
        space, vector = _asked(connection, tenant_id, body)
        index = _library(stage).current(connection, tenant_id, space)
        near = index.nearest(vector, body.k, without=[body.ad_id] if body.ad_id else ())
        found = queries.told(connection, tenant_id, near)
    matches = [
        MatchAnswer(
            ad_id=one.ad_id, similarity=one.similarity, metadata=dict(one.metadata), reason=one.reason
        )
        for one in found
    ]
    return FindAnswer(matches=matches, count=len(matches), space=space)


@router.get("/stats", summary="How the index stands")
def stats(
    stage: Stage,
    tenant_id: Annotated[Name | None, Query()] = None,
    space: Annotated[Name, Query()] = GIVEN,
) -> StatsAnswer:
    """All winners of the tenant; the path is that of the index of `space`, where a file is searched."""
    tenant = tenant_id or stage.settings.tenant
    with stage.database.read() as connection:
        counts = queries.counts(connection, tenant)
        backend = _library(stage).backend(connection, tenant)
    return StatsAnswer(
        total_winners=sum(counts.values()),
        dimension=SIZE,
        index_path=stage.blobs.relative(_library(stage).path(tenant, space)),
        faiss_available=installed() == "faiss",
        backend=backend,
        without_vector=counts.get(None, 0),
        spaces={name: count for name, count in counts.items() if name is not None},
    )


@router.delete("/winner/{ad_id}", summary="Take an ad off the list of winners")
def remove_winner(
    ad_id: str, stage: Stage, clock: Now, who: Who, tenant_id: Annotated[Name | None, Query()] = None
) -> RemoveAnswer:
    """What winners share is reckoned anew without it. 404 for an ad that is none."""
    tenant = tenant_id or stage.settings.tenant
    with stage.begin() as connection:
        operations.remove_winner(connection, tenant, ad_id, who=who.user_id, now=clock.now())
        operations.learn_dna(connection, tenant, WinnerSettings(), now=clock.now())
    return RemoveAnswer(success=True, ad_id=ad_id)


def _vector(numbers: list[float]) -> NDArray[np.float32]:
    if len(numbers) != SIZE:
        raise InputError(
            f"The embedding has {len(numbers)} numbers.",
            why=f"Content vectors have {SIZE} here.",
            fix=f"Send {SIZE} numbers.",
        )
    return np.array(numbers, dtype=np.float32)


def _proven(connection: Connection, tenant_id: str, body: AddBody) -> tuple[Literal["measured", "told"], str]:
    """Why this ad may be called a winner. Raises ConflictError where it is known that it may not."""
    judged = queries.standings(connection, tenant_id, ad_ids=[body.ad_id])
    if judged:
        stands = judged[0].standing
        if stands.verdict != "winner":
            raise _no_winner(body.ad_id, stands.reason)
        return "measured", stands.reason
    settings = WinnerSettings()
    for name, least in (("impressions", settings.least_impressions), ("clicks", settings.least_clicks)):
        told = body.metadata.get(name)
        if isinstance(told, int | float) and told < least:
            raise _no_winner(body.ad_id, f"{told:g} {name} say nothing: at least {least:,} are needed.")
    return "told", ON_WORD


def _no_winner(ad_id: str, why: str) -> ConflictError:
    return ConflictError(f"'{ad_id}' is no winner.", why=why, fix="Wait for more results.")


def _asked(connection: Connection, tenant_id: str, body: FindBody) -> tuple[str, NDArray[np.floating[Any]]]:
    if (body.embedding is None) == (body.ad_id is None):
        raise InputError("Ask by an embedding or by an ad_id.", fix="Send exactly one of them.")
    if body.embedding is not None:
        return body.space, _vector(body.embedding)
    assert body.ad_id is not None
    for one in queries.winners(connection, tenant_id, ad_ids=[body.ad_id]):
        if one.vector is not None and one.space is not None:
            return one.space, one.vector
    for made in queries.dna(connection, tenant_id, ad_ids=[body.ad_id]):
        if made.content.vector is not None and made.content.space is not None:
            return made.content.space, made.content.vector
    raise InputError(
        f"'{body.ad_id}' has no content vector.",
        why="It was not made here of own footage, or is not known.",
        fix="Ask by an embedding.",
    )


def _library(stage: Backstage) -> Library:
    return shared_library(stage.blobs.path("cache/winners"))
