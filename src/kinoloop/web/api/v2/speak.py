"""Videos to answers: the one place where a field of ours gets its v2 name."""

from collections.abc import Sequence
from dataclasses import dataclass

from kinoloop.core.money import Micros, dollars
from kinoloop.creative.assets.records import UploadedAsset
from kinoloop.creative.renders.records import Variant
from kinoloop.creative.storyboards.records import Panel, Storyboard
from kinoloop.creative.videos.records import Video
from kinoloop.creative.videos.rules import next_poll_seconds
from kinoloop.runs.queries import stored_error
from kinoloop.web.api.speak import problem
from kinoloop.web.api.v2 import shapes

MASTER = "master"


@dataclass(frozen=True)
class Known:
    """A video with what stands beside its row. `spent` so far; `total` of rendering it, once known."""

    video: Video
    variants: tuple[Variant, ...]
    spent: Micros
    total: Micros | None
    sha256: str | None


def usd(amount: Micros) -> float:
    """Dollars as JSON has them; whole millionths survive."""
    return float(dollars(amount))


def here(video_id: str) -> str:
    return f"/api/v2/jobs/{video_id}"


def job_answer(known: Known) -> shapes.JobAnswer:
    video = known.video
    return shapes.JobAnswer(
        job_id=video.video_id,
        name=video.name,
        status=video.status,
        campaign_id=video.campaign_id,
        client_id=video.client_id,
        progress=_progress(known),
        storyboard=[] if video.storyboard is None else _scenes(video.video_id, video.storyboard),
        results=_results(known),
        error=problem(stored_error(video.error_message)),
        approved=video.approved,
        approved_at=video.approved_at,
        approval_hash=known.sha256,
        estimated_cost=usd(video.estimated_cost),
        render_cost=None if known.total is None else usd(known.total),
        actual_cost=usd(known.spent),
        refinements=video.refine_count,
        next_poll_seconds=next_poll_seconds(video.status, video.progress.stage),
        created_at=video.created_at,
        updated_at=video.updated_at,
    )


def generate_answer(video: Video) -> shapes.GenerateAnswer:
    return shapes.GenerateAnswer(
        job_id=video.video_id,
        status=video.status,
        estimated_cost=usd(video.estimated_cost),
        next_poll_seconds=next_poll_seconds(video.status, video.progress.stage),
        url=here(video.video_id),
    )


def asset_answer(asset: UploadedAsset) -> shapes.AssetAnswer:
    return shapes.AssetAnswer(
        asset_id=asset.asset_id,
        url=f"/api/v2/assets/{asset.asset_id}",
        type=asset.kind,
        name=asset.name,
        size=asset.size_bytes,
        width=asset.width or 0,
        height=asset.height or 0,
        duration=None if asset.duration_ms is None else asset.duration_ms / 1000,
        sha256=asset.sha256,
        footage_asset_id=asset.footage_asset_id,
    )


def master_of(video: Video, variants: Sequence[Variant]) -> Variant | None:
    """The version that all others differ from, in the first shape asked for."""
    first = [one for one in variants if one.element == MASTER] or list(variants)
    order = {shape: place for place, shape in enumerate(video.brief.shapes)}
    return min(first, key=lambda one: order.get(one.shape, len(order)), default=None)


def _progress(known: Known) -> shapes.ProgressAnswer:
    progress = known.video.progress
    return shapes.ProgressAnswer(
        stage=progress.stage,
        percentage=progress.percentage,
        current_scene=progress.current_scene,
        scenes_total=progress.scenes_total,
        scenes_completed=progress.scenes_completed,
        estimated_time_remaining=progress.seconds_left,
        cost=usd(known.spent),
        message=progress.message,
    )


def _scenes(video_id: str, board: Storyboard) -> list[shapes.SceneAnswer]:
    starts, at = [], 0
    for panel in board.panels:
        starts.append(at)
        at += panel.duration_ms
    return [_scene(video_id, panel, start) for panel, start in zip(board.panels, starts, strict=True)]


def _scene(video_id: str, panel: Panel, start_ms: int) -> shapes.SceneAnswer:
    return shapes.SceneAnswer(
        scene_number=panel.number,
        scene_id=panel.scene_id,
        image_url=panel_image(video_id, panel),
        description=panel.description,
        timestamp=start_ms / 1000,
        duration=panel.duration_ms / 1000,
        line=panel.line,
        super_text=panel.super_text,
        kind=panel.kind,
        match=panel.match,
        note=panel.note,
        price=usd(panel.price),
        source=_source(panel),
        error=panel.error,
    )


def _source(panel: Panel) -> shapes.SourceAnswer | None:
    found = panel.footage
    if found is None:
        return None
    return shapes.SourceAnswer(
        asset_id=found.asset_id,
        filename=found.filename,
        start=found.start_ms / 1000,
        end=found.end_ms / 1000,
        score=found.score,
    )


def panel_image(video_id: str, panel: Panel) -> str | None:
    """Where the picture of a panel is; its content is part of the address, so that it may be kept."""
    if panel.image is None:
        return None
    return f"{here(video_id)}/panels/{panel.scene_id}/image?v={(panel.image_sha256 or '')[:12]}"


def _results(known: Known) -> shapes.ResultsAnswer:
    video, variants = known.video, known.variants
    if not variants:
        return shapes.ResultsAnswer(video_url=None, variations=[], exports={})
    place = here(video.video_id)
    return shapes.ResultsAnswer(
        video_url=f"{place}/data",
        variations=[_variation(place, one) for one in variants],
        exports={kind: f"{place}/export?format={kind}" for kind in video.brief.exports},
    )


def _variation(place: str, one: Variant) -> shapes.VariationAnswer:
    which = f"variant={one.variant_id}&v={one.sha256[:12]}"
    return shapes.VariationAnswer(
        variant_id=one.variant_id,
        label=one.label,
        element=one.element,
        shape=one.shape,
        url=f"{place}/data?{which}",
        thumbnail_url=f"{place}/thumbnail?{which}",
        width=one.width,
        height=one.height,
        duration=one.duration_ms / 1000,
        size=one.size_bytes,
        sha256=one.sha256,
        lufs=one.lufs,
        verdict=one.verdict.status,
        findings=[finding.message for finding in one.verdict.findings],
    )
