"""Jobs of making videos: ask for one, look at it, change it, say yes, render it, end it."""

from typing import Annotated, cast

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from kinoloop.core.errors import InputError, NotFoundError
from kinoloop.creative.videos.queries import videos
from kinoloop.creative.videos.records import VideoStatus
from kinoloop.web.api.shapes import Problem
from kinoloop.web.api.v2 import shapes
from kinoloop.web.api.v2.known import Answers, known
from kinoloop.web.api.v2.speak import generate_answer, here, job_answer
from kinoloop.web.api.v2.wishes import (
    ApproveWish,
    GenerationRequest,
    RefineWish,
    RenderWish,
    ReorderWish,
    brief_of,
)
from kinoloop.web.backstage import Backstage
from kinoloop.web.limits.gate import within
from kinoloop.web.limits.rules import APPROVE, GENERATE, LOOK, REFINE, RENDER
from kinoloop.web.owned import owned_video
from kinoloop.web.queries import job_version
from kinoloop.web.stage import Stage, Who
from kinoloop.web.users.records import User

router = APIRouter(
    prefix="/api/v2", tags=["videos"], responses={code: {"model": Problem} for code in (403, 404, 409, 429)}
)
AT_WORK = frozenset({"queued", "paused", "generating_storyboard", "generating_video"})


@router.post(
    "/generate", status_code=202, summary="Ask for a video", dependencies=[Depends(within(GENERATE))]
)
def generate(wish: GenerationRequest, stage: Stage, who: Who, response: Response) -> shapes.GenerateAnswer:
    """Plan, script and storyboard are made; nothing is rendered before somebody approved them."""
    made = stage.videos.generate(brief_of(wish), owner=who.user_id)
    response.headers["location"] = here(made.video_id)
    return generate_answer(made)


@router.get("/jobs", summary="List videos, newest first", dependencies=[Depends(within(LOOK))])
def list_jobs(
    stage: Stage,
    who: Who,
    status: VideoStatus | None = None,
    campaign_id: str | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    after: str | None = None,
) -> shapes.JobsAnswer:
    """Makers see their own. `after` is the `next` of the page before."""
    with stage.database.read() as connection:
        found = videos(
            connection, owner=who.own, status=status, campaign_id=campaign_id, limit=limit, after=after
        )
        told = [known(stage, connection, one) for one in found]
    return shapes.JobsAnswer(
        jobs=[job_answer(one) for one in told],
        count=len(told),
        next=found[-1].video_id if len(found) == limit else None,
    )


@router.get(
    "/jobs/{job_id}",
    summary="One video as it stands",
    response_model=shapes.JobAnswer,
    responses={304: {"description": "Nothing changed since that ETag"}},
    dependencies=[Depends(within(LOOK))],
)
def one_job(
    job_id: str,
    request: Request,
    stage: Stage,
    who: Who,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """`next_poll_seconds` says when to ask again: 2, 5 or 10; null when it is over. Send the ETag back."""
    answers = cast(Answers, request.app.state.answers)
    with stage.database.read() as connection:
        version = job_version(connection, job_id)
        if version is None or not version.seen_by(who):
            owned_video(connection, who, job_id)
            raise NotFoundError(f"There is no video with the id '{job_id}'.")
        kept = answers.find(job_id, version)
        if kept is None:
            kept = answers.keep(version, known(stage, connection, owned_video(connection, who, job_id)))
    headers = {"etag": kept.etag, "cache-control": "private, no-cache"}
    if if_none_match is not None and kept.etag in [tag.strip() for tag in if_none_match.split(",")]:
        return Response(status_code=304, headers=headers)
    return Response(kept.body, media_type="application/json", headers=headers)


@router.post(
    "/jobs/{job_id}/approve", summary="Say yes to the storyboard", dependencies=[Depends(within(APPROVE))]
)
def approve(job_id: str, stage: Stage, who: Who, wish: ApproveWish | None = None) -> shapes.JobAnswer:
    """Binds the yes to what was seen; any later change voids it. 409 when `sha256` is not what is there."""
    _mine(stage, who, job_id)
    stage.videos.approve(job_id, who=who.user_id, sha256=wish.sha256 if wish else None)
    return _now(stage, who, job_id)


@router.post(
    "/jobs/{job_id}/render",
    status_code=202,
    summary="Render what was approved",
    dependencies=[Depends(within(RENDER))],
)
def render(job_id: str, stage: Stage, who: Who, wish: RenderWish | None = None) -> shapes.JobAnswer:
    """403 when it is not approved (or changed since); then nothing is called and nothing is paid."""
    _mine(stage, who, job_id)
    wish = wish or RenderWish()
    stage.videos.render(job_id, who=who.user_id, approve=wish.approve, sha256=wish.sha256)
    return _now(stage, who, job_id)


@router.post(
    "/jobs/{job_id}/refine",
    status_code=202,
    summary="Change one scene, or the brief",
    dependencies=[Depends(within(REFINE))],
)
def refine(job_id: str, wish: RefineWish, stage: Stage, who: Who) -> shapes.JobAnswer:
    """At most five times. What was approved is void after it. Also the way to try a stalled job again."""
    _mine(stage, who, job_id)
    if (wish.scene is None) == (wish.brief is None):
        raise InputError("Give either scene or brief.", why="Exactly one of them says what to change.")
    stage.videos.refine(
        job_id,
        who=who.user_id,
        scene=wish.scene,
        line=wish.line,
        description=wish.description,
        prompt=wish.prompt,
        brief=brief_of(wish.brief) if wish.brief else None,
    )
    return _now(stage, who, job_id)


@router.post("/jobs/{job_id}/reorder", summary="Put the scenes in another order")
def reorder(job_id: str, wish: ReorderWish, stage: Stage, who: Who) -> shapes.JobAnswer:
    """`order` is a permutation of the scene numbers. What was approved is void after it."""
    _mine(stage, who, job_id)
    stage.videos.reorder(job_id, wish.order, who=who.user_id)
    return _now(stage, who, job_id)


@router.delete("/jobs/{job_id}", summary="Cancel a video at work, delete one that is not")
def remove(job_id: str, stage: Stage, who: Who) -> shapes.GoneAnswer:
    with stage.database.read() as connection:
        busy = owned_video(connection, who, job_id).status in AT_WORK
    if busy:
        return shapes.GoneAnswer(job_id=job_id, status=stage.videos.cancel(job_id, who=who.user_id).status)
    stage.videos.delete(job_id, who=who.user_id)
    return shapes.GoneAnswer(job_id=job_id, status="deleted")


def _mine(stage: Backstage, who: User, job_id: str) -> None:
    with stage.database.read() as connection:
        owned_video(connection, who, job_id)


def _now(stage: Backstage, who: User, job_id: str) -> shapes.JobAnswer:
    with stage.database.read() as connection:
        return job_answer(known(stage, connection, owned_video(connection, who, job_id)))
