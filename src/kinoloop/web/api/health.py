"""Health for orchestrators, figures for Prometheus. Health says no more than a stranger may know."""

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from kinoloop.web.api.shapes import HealthAnswer, HealthPartShape
from kinoloop.web.stage import Stage

router = APIRouter(tags=["health"])


@router.get("/health/live", summary="Is the process alive?")
def live() -> HealthAnswer:
    return HealthAnswer(status="alive")


@router.get("/health/ready", summary="Can it work?", responses={503: {"model": HealthAnswer}})
def ready(stage: Stage, response: Response) -> HealthAnswer:
    """503 when a part is blocked. Names and verdicts only; `/system` says why, after login."""
    parts = [HealthPartShape(name=part.name, verdict=part.verdict) for part in stage.health()]
    blocked = any(part.verdict == "blocked" for part in parts)
    response.status_code = 503 if blocked else 200
    return HealthAnswer(status="blocked" if blocked else "ready", parts=parts)


@router.get("/metrics", summary="Figures for Prometheus", response_class=Response)
def metrics(request: Request) -> Response:
    return Response(generate_latest(request.app.state.meters.registry), media_type=CONTENT_TYPE_LATEST)
