"""Records to answers: the one place where a field of ours gets its name on the wire."""

from kinoloop.footage.analysis.records import Shot
from kinoloop.footage.clips.records import ClipFile
from kinoloop.footage.intake.records import Asset
from kinoloop.footage.moments.records import Moment
from kinoloop.footage.search.records import Hit
from kinoloop.runs.records import EventRow, RunRow, StepRow
from kinoloop.web.api import shapes
from kinoloop.web.feed import event_json, run_json


def problem(error: dict[str, str] | None) -> shapes.Problem | None:
    if error is None:
        return None
    keys = ("code", "what", "why", "fix")
    return shapes.Problem(**{key: error.get(key, "") for key in keys})


def asset_shape(asset: Asset) -> shapes.AssetShape:
    return shapes.AssetShape(
        asset_id=asset.asset_id,
        path=asset.path,
        filename=asset.filename,
        size_bytes=asset.size_bytes,
        duration_seconds=asset.duration_seconds,
        resolution=asset.resolution,
        format=asset.format,
        ingested_at=asset.ingested_at,
        status=asset.status,
        source=asset.source,
        sha256=asset.sha256,
        error=problem(asset.error),
        info=asset.info,
    )


def shot_shape(shot: Shot) -> shapes.ShotShape:
    picture = f"/media/shots/{shot.clip_id}/thumbnail" if shot.thumbnail_url else None
    return shapes.ShotShape(
        clip_id=shot.clip_id,
        asset_id=shot.asset_id,
        start_time=float(shot.span.start),
        end_time=float(shot.span.end),
        duration=float(shot.span.duration),
        scene_score=shot.scores.scene,
        psychology_score=shot.scores.psychology,
        hook_strength=shot.scores.hook,
        novelty_score=shot.scores.novelty,
        composite_score=shot.scores.composite,
        features={name: found.as_dict() for name, found in shot.features.items()},
        explanation=shot.scores.explanation,
        text=shot.text,
        space=shot.space,
        thumbnail_url=picture,
    )


def moment_shape(moment: Moment) -> shapes.MomentShape:
    return shapes.MomentShape(
        moment_id=moment.moment_id,
        asset_id=moment.asset_id,
        run_id=moment.run_id,
        start_time=float(moment.span.start),
        end_time=float(moment.span.end),
        duration=float(moment.span.duration),
        mode=moment.mode,
        score=moment.score,
        confidence=moment.confidence,
        subscores={
            name: {"value": sub.value, "reason": sub.reason} for name, sub in moment.subscores.items()
        },
        reason=moment.reason,
        keywords=list(moment.keywords),
        status=moment.status,
        passthrough=moment.passthrough,
        edited=moment.edited,
    )


def hit_shape(hit: Hit) -> shapes.HitShape:
    return shapes.HitShape(
        clip_id=hit.clip_id,
        asset_id=hit.asset_id,
        filename=hit.filename,
        start_time=None if hit.span is None else float(hit.span.start),
        end_time=None if hit.span is None else float(hit.span.end),
        score=hit.score,
        why=hit.why,
        snippet=hit.snippet,
    )


def job_fields(run: RunRow) -> dict[str, object]:
    """What live views tell of a run, and what only stays: its outcome and its times."""
    return run_json(run) | {
        "error": problem(run.error),
        "result": run.result,
        "created_at": run.created_at,
        "started_at": run.started_at,
        "completed_at": run.completed_at,
    }


def job_shape(run: RunRow) -> shapes.JobShape:
    return shapes.JobShape.model_validate(job_fields(run))


def step_shape(step: StepRow) -> shapes.StepShape:
    return shapes.StepShape(
        step_name=step.step_name,
        status=step.status,
        attempt=step.attempt,
        started_at=step.started_at,
        completed_at=step.completed_at,
        duration_seconds=step.duration_seconds,
        error_message=step.error_message,
    )


def event_shape(row: EventRow) -> shapes.EventShape:
    return shapes.EventShape.model_validate(event_json(row))


def clip_shape(clip: ClipFile) -> shapes.ClipShape:
    here = f"/media/clips/{clip.clip_file_id}"
    return shapes.ClipShape(
        clip_file_id=clip.clip_file_id,
        moment_id=clip.moment_id,
        asset_id=clip.asset_id,
        run_id=clip.run_id,
        start_time=float(clip.span.start),
        end_time=float(clip.span.end),
        aspect=clip.aspect,
        width=clip.width,
        height=clip.height,
        duration_seconds=clip.duration_seconds,
        size_bytes=clip.size_bytes,
        sha256=clip.sha256,
        lufs=clip.lufs,
        created_at=clip.created_at,
        url=here,
        srt_url=f"{here}/srt" if clip.srt_path else None,
        vtt_url=f"{here}/vtt" if clip.vtt_path else None,
    )
