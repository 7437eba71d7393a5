"""The finished clips, as JSON."""

from typing import Annotated

from fastapi import APIRouter, Query

from kinoloop.footage.clips.queries import clip_file, clip_files
from kinoloop.web.api.shapes import ClipList, ClipShape
from kinoloop.web.api.speak import clip_shape
from kinoloop.web.stage import Stage

router = APIRouter(prefix="/api/clips", tags=["clips"])


@router.get("", summary="List finished clips, newest first")
def list_clips(
    stage: Stage,
    asset_id: str | None = None,
    run_id: str | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    after: str | None = None,
) -> ClipList:
    """`after` is the `next` of the page before."""
    with stage.database.read() as connection:
        found = clip_files(connection, asset_id=asset_id, run_id=run_id, limit=limit, after=after)
    return ClipList(
        clips=[clip_shape(clip) for clip in found],
        count=len(found),
        next=found[-1].clip_file_id if len(found) == limit else None,
    )


@router.get("/{clip_file_id}", summary="One finished clip")
def one_clip(clip_file_id: str, stage: Stage) -> ClipShape:
    with stage.database.read() as connection:
        return clip_shape(clip_file(connection, clip_file_id))
