"""New ads over HTTP: look at what a yes would cover, say yes, see what was made. Ads are made PAUSED."""

from fastapi import APIRouter, Response

from kinoloop.core.clock import Clock
from kinoloop.core.errors import InputError
from kinoloop.creative.renders.queries import variants
from kinoloop.delivery.accounts.queries import account as account_of
from kinoloop.flows.publish_ads.approving import plain_draft
from kinoloop.flows.publish_ads.places import Look
from kinoloop.web.ads.desk import Decider
from kinoloop.web.ads.made import made_of
from kinoloop.web.ads.publishing import covered_by
from kinoloop.web.api.shapes import Problem
from kinoloop.web.api.v2.ad_shapes import (
    AdBody,
    AdsAnswer,
    LookAnswer,
    MadeAdAnswer,
    MakingAnswer,
    StartedAnswer,
    wish_of,
)
from kinoloop.web.api.v2.speak import here
from kinoloop.web.backstage import Backstage
from kinoloop.web.limits.operations import use
from kinoloop.web.limits.rules import APPROVE
from kinoloop.web.owned import owned_film, owned_video
from kinoloop.web.stage import Now, Stage, Who
from kinoloop.web.users.records import User

router = APIRouter(
    prefix="/api/v2/ads", tags=["ads"], responses={code: {"model": Problem} for code in (403, 404, 409, 429)}
)


@router.get("", summary="The ads that were made of a video")
def list_ads(video_id: str, stage: Stage, who: Who) -> AdsAnswer:
    """And the runs that make one now, or failed to."""
    with stage.database.read() as connection:
        owned_video(connection, who, video_id)
        made = made_of(connection, video_id)
        films = [one.variant_id for one in variants(connection, video_id)]
    return AdsAnswer(
        ads=[
            MadeAdAnswer(
                ad_id=one.ad_id,
                variant_id=one.variant_id,
                name=one.name,
                account_id=one.account_id,
                status=one.effective_status,
            )
            for one in made
        ],
        runs=[
            MakingAnswer(
                job_id=one.run_id,
                variant_id=one.payload["variant_id"],
                name=one.payload["draft"]["name"],
                status=one.status,
                created_at=one.created_at,
            )
            for one in stage.publishing.under_way(films)
        ],
    )


@router.post(
    "",
    summary="Look at a new ad, or say yes to it",
    responses={200: {"model": LookAnswer}, 202: {"model": StartedAnswer}},
)
def make_ad(
    wish: AdBody, stage: Stage, clock: Now, who: Decider, response: Response
) -> LookAnswer | StartedAnswer:
    """With `dry` nothing is written: 200 with the hash of exactly what a yes would cover. With that as
    `sha256` it is approved and the run that makes the paused ad is started, both or neither: 202. 409 when
    anything of it is another than was looked at.
    """
    if not wish.dry:
        return _start(stage, clock, who, wish, response)
    with stage.database.read() as connection:
        owned_film(connection, who, wish.variant_id)
        money = account_of(connection, wish.draft.account_id).currency
    return _look(stage.publishing.look(wish.variant_id, wish_of(wish.draft, money)), wish.draft.into)


def _start(stage: Backstage, clock: Clock, who: User, wish: AdBody, response: Response) -> StartedAnswer:
    if wish.sha256 is None:
        raise InputError(
            "It is not said what the yes is to.",
            why="A yes holds for exactly what was seen.",
            fix="Send `dry` first; then send the `sha256` that it gives.",
        )
    with stage.begin() as connection:
        use(connection, APPROVE, who.user_id, clock.now())
        owned_film(connection, who, wish.variant_id)
        money = account_of(connection, wish.draft.account_id).currency
    run_id = stage.publishing.publish(
        wish.variant_id,
        wish_of(wish.draft, money),
        who=who.user_id,
        sha256=wish.sha256,
        accept_degraded=wish.accept_degraded,
    )
    response.status_code = 202
    response.headers["location"] = f"/api/jobs/{run_id}"
    return StartedAnswer(job_id=run_id, sha256=wish.sha256)


def _look(found: Look, into: str) -> LookAnswer:
    seen, covered = found.seen, covered_by(found, into)
    film = (
        f"{here(seen.variant.video_id)}/data?variant={seen.variant.variant_id}&v={seen.variant.sha256[:12]}"
    )
    return LookAnswer(
        sha256=seen.sha256,
        account_id=seen.account.account_id,
        account=seen.account.name,
        currency=seen.account.currency.code,
        currency_offset=seen.account.currency.offset,
        draft=plain_draft(seen.draft),
        film_url=film,
        findings=list(seen.findings),
        daily_budget=found.daily_budget,
        most_a_day=found.most_a_day,
        charged=covered.charged,
        joins=covered.joins,
    )
