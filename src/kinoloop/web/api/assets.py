"""Footage, its shots and its moments, as JSON."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from kinoloop.footage.analysis.queries import shots
from kinoloop.footage.intake.queries import asset, assets, count_by_status
from kinoloop.footage.moments.queries import moments
from kinoloop.web.api.shapes import AssetList, AssetShape, MomentList, ShotList, Top
from kinoloop.web.api.speak import asset_shape, moment_shape, shot_shape
from kinoloop.web.stage import Stage

router = APIRouter(tags=["footage"])
AssetStatus = Literal["processing", "ready", "failed"]


@router.get("/assets", summary="List footage, newest first")
def list_assets(
    stage: Stage,
    status: AssetStatus | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    after: str | None = None,
) -> AssetList:
    """`after` is the `next` of the page before."""
    with stage.database.read() as connection:
        found = assets(connection, status=status, limit=limit, after=after)
        totals = count_by_status(connection)
    return AssetList(
        assets=[asset_shape(one) for one in found],
        count=len(found),
        total=totals[status] if status else sum(totals.values()),
        next=found[-1].asset_id if len(found) == limit else None,
    )


@router.get("/assets/{asset_id}", summary="One piece of footage")
def one_asset(asset_id: str, stage: Stage) -> AssetShape:
    with stage.database.read() as connection:
        return asset_shape(asset(connection, asset_id))


@router.get("/assets/{asset_id}/clips", summary="The scored shots of an asset")
def asset_shots(asset_id: str, stage: Stage, ranked: bool = False, top: Top = 10) -> ShotList:
    """`ranked` gives the best first with near-duplicates left out, otherwise they come in time order."""
    with stage.database.read() as connection:
        asset(connection, asset_id)
        found = shots(connection, asset_id, ranked=ranked, top=top)
    return ShotList(
        asset_id=asset_id, clips=[shot_shape(shot) for shot in found], count=len(found), ranked=ranked
    )


@router.get("/assets/{asset_id}/moments", summary="The moments of an asset")
def asset_moments(asset_id: str, stage: Stage) -> MomentList:
    with stage.database.read() as connection:
        asset(connection, asset_id)
        found = moments(connection, asset_id)
    return MomentList(asset_id=asset_id, moments=[moment_shape(one) for one in found], count=len(found))
