"""Search by words and by likeness."""

from fastapi import APIRouter

from kinoloop.web.api.shapes import HitList, LikeBody, WordsBody
from kinoloop.web.api.speak import hit_shape
from kinoloop.web.stage import Stage

router = APIRouter(prefix="/search", tags=["search"])


@router.post("/clips", summary="Find shots by words")
def by_words(body: WordsBody, stage: Stage) -> HitList:
    """Looks in what is said and in file names, and at the pictures where weights for that are configured."""
    hits = stage.search_text(body.query, limit=body.top_k, asset_id=body.filter_asset_id)
    return HitList(query=body.query, results=[hit_shape(hit) for hit in hits], count=len(hits))


@router.post("/similar", summary="Find shots that look like one")
def by_likeness(body: LikeBody, stage: Stage) -> HitList:
    hits = stage.search_similar(body.clip_id, limit=body.top_k)
    return HitList(query=body.clip_id, results=[hit_shape(hit) for hit in hits], count=len(hits))
