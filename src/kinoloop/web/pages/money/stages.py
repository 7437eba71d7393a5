"""What each stage is worth: the table as a form, with what closed deals say of it beside every stage."""

from dataclasses import dataclass, replace
from typing import ClassVar

from fastapi import APIRouter, Request
from sqlalchemy import Connection
from starlette.responses import Response

from kinoloop.core.clock import Clock
from kinoloop.core.errors import ConflictError, InputError, NotFoundError
from kinoloop.learning.revenue.operations import revise
from kinoloop.learning.revenue.queries import paths, table_of, totals
from kinoloop.learning.revenue.records import Proposal, StageTable
from kinoloop.learning.revenue.rules import accepted, order, suggest
from kinoloop.web.forms import Form, lead_to, refilled
from kinoloop.web.pages.money.stage_form import StageForm, mark_of, rows_of, table_posted, values_said
from kinoloop.web.pages.money.whose import Owner, Tenant
from kinoloop.web.render import Frame, frame_of, respond
from kinoloop.web.stage import Now, Stage, Who
from kinoloop.web.users.records import User

router = APIRouter(include_in_schema=False)
HERE = "/deals/stages"


@dataclass(frozen=True)
class StagesPage:
    """`deals` are reckoned anew when it is saved."""

    template: ClassVar[str] = "money/stages.html"
    frame: Frame
    form: StageForm
    deals: int


@router.get("/deals/stages")
def stages_page(request: Request, stage: Stage, clock: Now, who: Who, tenant: Tenant) -> Response:
    """Without a table the page of deals says what to do about it."""
    with stage.database.read() as connection:
        try:
            table = table_of(connection, tenant)
        except NotFoundError:
            return lead_to(request, "/deals")
        return respond(_page(request, connection, clock, who, table))


@router.post("/deals/stages/values")
def save_stages(
    request: Request, stage: Stage, clock: Now, who: Owner, tenant: Tenant, form: Form
) -> Response:
    """The table as typed, all of it or nothing; every deal counts by it from then on."""
    with stage.database.read() as connection:
        page = _page(request, connection, clock, who, table_of(connection, tenant))
    errors = dict[str, str]()

    def typed(table: StageTable) -> StageTable:
        _require_seen(table, form.one("seen"))
        made, wrong = table_posted(form, table)
        if wrong:
            errors.update(wrong)
            raise InputError("Some of it cannot be used.")
        return made

    try:
        with stage.begin() as connection:
            revise(connection, tenant, typed, who=who.user_id, now=clock.now())
        return lead_to(request, HERE)
    except InputError as error:
        errors = errors or {"": f"{error.why} {error.fix}" if error.why else str(error)}
    said = {name: form.one(name) for name in page.form.values}
    part = replace(page.form, values=said, errors=errors)
    return refilled(request, replace(page, form=part), part, "#stages")


@router.post("/deals/stages/learned")
def take_learned(
    request: Request, stage: Stage, clock: Now, who: Owner, tenant: Tenant, form: Form
) -> Response:
    """What closed deals say of one stage becomes its value and chance. Raises ConflictError when the table or
    what they say is another than the page showed.
    """
    with stage.begin() as connection:

        def learned(table: StageTable) -> StageTable:
            _require_seen(table, form.one("seen"))
            one = learned_of(connection, table, clock)[0].get(form.one("stage"))
            if one is None or str(one.value) != form.one("value"):
                raise ConflictError(
                    "Closed deals say something else by now.", fix="Reload the page and look again."
                )
            return accepted(table, [one])

        revise(connection, tenant, learned, who=who.user_id, now=clock.now())
    return lead_to(request, HERE)


def learned_of(connection: Connection, table: StageTable, clock: Clock) -> tuple[dict[str, Proposal], str]:
    """What closed deals say by stage, or why nothing can be said of any."""
    try:
        found = suggest(table, paths(connection, table.tenant_id), now=clock.now())
    except InputError as error:
        return {}, str(error)
    return {one.stage: one for one in found}, ""


def _require_seen(table: StageTable, seen: str) -> None:
    if seen != mark_of(table):
        raise ConflictError(
            "The table has changed since you looked at it.",
            why="Somebody else saved it, or gave a stage of your CRM its name.",
            fix="Reload the page and make the change there.",
        )


def _page(request: Request, connection: Connection, clock: Clock, who: User, table: StageTable) -> StagesPage:
    frame = frame_of(request, "What stages are worth", "deals")
    learned, why = learned_of(connection, table, clock)
    form = StageForm(
        currency=table.currency,
        rows=rows_of(table, learned),
        names=order(table),
        values=values_said(table),
        seen=mark_of(table),
        proof=frame.csrf,
        decides=who.sees_all,
        unlearned=why,
    )
    return StagesPage(frame, form, totals(connection, table.tenant_id).deals)
