"""The report of a sample, as the demo wrote it: one page with pictures and styles of its own."""

from fastapi import APIRouter
from starlette.responses import FileResponse, Response

from kinoloop.core.errors import NotFoundError
from kinoloop.web.stage import Stage

router = APIRouter(include_in_schema=False)
NAME = "report.html"
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'"
)
"""It holds nothing but what the demo wrote: no scripts, nothing from elsewhere."""


@router.get("/sample-report")
def sample_report(stage: Stage) -> Response:
    """Raises NotFoundError where there is no sample."""
    path = stage.blobs.path(NAME)
    if not stage.settings.sample or not path.is_file():
        raise NotFoundError("There is no report of a sample here.", fix="Run the demo: kinoloop demo.")
    return FileResponse(path, media_type="text/html", headers={"content-security-policy": POLICY})
