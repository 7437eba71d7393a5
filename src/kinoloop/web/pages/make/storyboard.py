"""Changes to a storyboard under review: another order, one panel anew."""

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from kinoloop.approvals.queries import history
from kinoloop.core.errors import InputError
from kinoloop.web.api.v2.known import known
from kinoloop.web.backstage import Backstage
from kinoloop.web.forms import Form, lead_to
from kinoloop.web.limits.gate import within
from kinoloop.web.limits.rules import REFINE
from kinoloop.web.owned import owned_video
from kinoloop.web.pages.make.video import board_of
from kinoloop.web.render import frame_of, respond
from kinoloop.web.stage import Stage, Who
from kinoloop.web.users.queries import users
from kinoloop.web.users.records import User

router = APIRouter(include_in_schema=False)


@router.post("/videos/{video_id}/reorder")
def reorder(video_id: str, request: Request, stage: Stage, who: Who, form: Form) -> Response:
    """`order`: panel numbers as they stand now, parted by commas. Answers the board as it is then."""
    with stage.database.read() as connection:
        owned_video(connection, who, video_id)
    try:
        order = [int(part) for part in form.one("order").split(",")]
    except ValueError:
        raise InputError("'order' is no list of scene numbers.", fix="Write it like 2,1,3.") from None
    stage.videos.reorder(video_id, order, who=who.user_id)
    return _board(request, stage, who, video_id)


@router.post("/videos/{video_id}/scenes/{number}", dependencies=[Depends(within(REFINE))])
def refine_scene(
    video_id: str, number: int, request: Request, stage: Stage, who: Who, form: Form
) -> Response:
    """Change what one panel says or shows; fields left as they are stay."""
    with stage.database.read() as connection:
        video = owned_video(connection, who, video_id)
    board = video.storyboard
    panel = None if board is None else next((one for one in board.panels if one.number == number), None)
    line, description, prompt = form.one("line"), form.one("description"), form.one("prompt")
    same = panel is not None and (line, description) == (panel.line, panel.description)
    if same and panel is not None and prompt in ("", panel.visual_prompt):
        raise InputError("Nothing of the scene was changed.", fix="Change its line or description first.")
    stage.videos.refine(
        video_id,
        who=who.user_id,
        scene=number,
        line=_new(line, panel.line if panel else None),
        description=_new(description, panel.description if panel else None),
        prompt=_new(prompt, panel.visual_prompt if panel else None),
    )
    return lead_to(request, f"/videos/{video_id}")


def _new(said: str, before: str | None) -> str | None:
    """What was typed, None where it is nothing or the same as before."""
    return said if said and said != before else None


def _board(request: Request, stage: Backstage, who: User, video_id: str) -> Response:
    if not request.headers.get("hx-request"):
        return RedirectResponse(f"/videos/{video_id}", 303)
    with stage.database.read() as connection:
        told = known(stage, connection, owned_video(connection, who, video_id))
        approvals = history(connection, f"video:{video_id}")
        names = {one.user_id: one.name for one in users(connection)}
    board = board_of(told, approvals, names, frame_of(request, "", "").csrf)
    assert board is not None  # what was just reordered is there
    return respond(board)
