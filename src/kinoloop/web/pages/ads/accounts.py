"""Ad accounts: all of them, and one with its mirror, its limits, the loss bound and the kill switch."""

from dataclasses import dataclass, replace
from typing import Annotated, ClassVar, cast, get_args

from fastapi import APIRouter, Query, Request
from sqlalchemy import Connection
from starlette.responses import Response

from kinoloop.core.clock import Clock
from kinoloop.core.errors import ConflictError, InputError, NotFoundError
from kinoloop.core.ids import hash_json, new_id
from kinoloop.delivery.accounts.queries import account as account_of
from kinoloop.delivery.accounts.queries import accounts
from kinoloop.delivery.accounts.records import AdAccount, Authority
from kinoloop.delivery.drift.operations import accept_served
from kinoloop.delivery.drift.queries import drift
from kinoloop.delivery.guards.queries import exposure
from kinoloop.runs.queries import run as run_of
from kinoloop.runs.records import RunRow
from kinoloop.web.ads.desk import AdDesk, Decider
from kinoloop.web.ads.words import AUTHORITY
from kinoloop.web.backstage import Backstage
from kinoloop.web.forms import Form, lead_to, refilled
from kinoloop.web.pages.ads.limits import GROUPS, LimitsForm, errors_told, limits_posted, limits_said
from kinoloop.web.pages.ads.standing import Standing, levels_mark, standing_of
from kinoloop.web.render import Frame, frame_of, respond
from kinoloop.web.stage import Now, Stage, Who
from kinoloop.web.users.records import User

router = APIRouter(include_in_schema=False)
Seen = Annotated[str, Query(max_length=64)]


@dataclass(frozen=True)
class AccountsPage:
    template: ClassVar[str] = "ads/accounts.html"
    frame: Frame
    lines: tuple[Standing, ...]
    authority: dict[str, tuple[str, str]]


@dataclass(frozen=True)
class AccountPart:
    """What may change while one looks; asked for again every few seconds."""

    template: ClassVar[str] = "ads/parts/account.html"
    standing: Standing
    reading: RunRow | None
    with_gone: bool
    proof: str
    decides: bool
    seen: str

    @property
    def poll(self) -> str:
        account_id = self.standing.account.account_id
        more = f"&run={self.reading.run_id}" if self.reading else ""
        more += "&gone=true" if self.with_gone else ""
        return f"/parts/accounts/{account_id}?seen={self.seen}{more}"


@dataclass(frozen=True)
class AccountPage:
    template: ClassVar[str] = "ads/account.html"
    frame: Frame
    account: AdAccount
    part: AccountPart
    form: LimitsForm
    authority: dict[str, tuple[str, str]]


@router.get("/accounts")
def accounts_page(request: Request, stage: Stage, clock: Now) -> Response:
    now = clock.now()
    with stage.database.read() as connection:
        lines = tuple(standing_of(connection, one, now=now) for one in accounts(connection))
    return respond(AccountsPage(frame_of(request, "Ad accounts", "accounts"), lines, AUTHORITY))


@router.get("/accounts/{account_id}")
def account_page(
    account_id: str,
    request: Request,
    stage: Stage,
    clock: Now,
    who: Who,
    run: str | None = None,
    gone: bool = False,
) -> Response:
    return respond(_page(request, stage, clock, who, account_id, run=run, gone=gone))


@router.get("/parts/accounts/{account_id}")
def account_part(
    account_id: str,
    request: Request,
    stage: Stage,
    clock: Now,
    who: Who,
    seen: Seen = "",
    run: str | None = None,
    gone: bool = False,
) -> Response:
    """The account as it stands now; 204 while the page shows that already."""
    part = _part(request, stage, clock, who, account_id, run=run, gone=gone)
    return Response(status_code=204) if part.seen == seen else respond(part)


@router.post("/accounts/{account_id}/authority")
def authority(account_id: str, request: Request, who: Decider, ads: AdDesk, form: Form) -> Response:
    chosen = form.one("authority")
    if chosen not in get_args(Authority):
        raise InputError("Nothing was chosen.", fix="Choose what automation may do.")
    ads.set_authority(account_id, cast(Authority, chosen), who=who.user_id)
    return lead_to(request, f"/accounts/{account_id}")


@router.post("/accounts/{account_id}/limits")
def limits(
    account_id: str, request: Request, stage: Stage, clock: Now, who: Decider, ads: AdDesk, form: Form
) -> Response:
    """The limits as typed, all or none of them."""
    with stage.database.read() as connection:
        currency = account_of(connection, account_id).currency
    guards, errors = limits_posted(form, currency)
    if guards is not None:
        try:
            ads.set_guards(account_id, guards, who=who.user_id)
            return lead_to(request, f"/accounts/{account_id}")
        except InputError as error:
            errors = errors_told(error)
    page = _page(request, stage, clock, who, account_id)
    typed = {name: form.one(name) for name in page.form.values}
    part = replace(page.form, values=typed, errors=errors)
    return refilled(request, replace(page, form=part), part, "#limits")


@router.post("/accounts/{account_id}/kill")
def kill(account_id: str, request: Request, who: Who, ads: AdDesk, form: Form) -> Response:
    """Anybody who works here may stop an account; it cannot cost anything."""
    reason = form.one("reason")
    if not reason:
        raise InputError(
            "Say in a few words why.", why="Whoever starts it again has to know.", fix="Write the reason."
        )
    ads.kill(account_id, who=who.user_id, reason=reason[:500].rstrip("."))
    return lead_to(request, f"/accounts/{account_id}")


@router.post("/accounts/{account_id}/revive")
def revive(account_id: str, request: Request, who: Decider, ads: AdDesk) -> Response:
    ads.revive(account_id, who=who.user_id)
    return lead_to(request, f"/accounts/{account_id}")


@router.post("/accounts/{account_id}/levels")
def levels(
    account_id: str, request: Request, stage: Stage, who: Decider, ads: AdDesk, form: Form
) -> Response:
    """A yes to the budgets that the page showed. Raises ConflictError when one of them moved since."""
    with stage.database.read() as connection:
        mark = levels_mark(exposure(connection, account_id))
    if form.one("seen") != mark:
        raise ConflictError(
            "A budget has changed since you looked.",
            why="What you would accept is not what the page showed.",
            fix="Look at the budgets again, then accept them.",
        )
    ads.accept_levels(account_id, who=who.user_id)
    return lead_to(request, f"/accounts/{account_id}")


@router.post("/accounts/{account_id}/drifts/{drift_id}/accept")
def accept_shown(
    account_id: str, drift_id: str, request: Request, stage: Stage, clock: Now, who: Decider, form: Form
) -> Response:
    """A yes to what an ad shows instead, by the hash of what the page showed."""
    with stage.begin() as connection:
        account = account_of(connection, account_id)
        if drift(connection, drift_id).account_id != account.account_id:
            raise NotFoundError("This account has no such alarm.", fix="Look at its alarms again.")
        accept_served(
            connection, drift_id, sha256=form.one("sha256"), who=who.user_id, now=clock.now(), new_id=new_id
        )
    return lead_to(request, f"/accounts/{account_id}")


@router.post("/accounts/{account_id}/pull")
def pull(account_id: str, request: Request, stage: Stage, ads: AdDesk) -> Response:
    """Read the account now. Anybody may: reading spends nothing."""
    with stage.database.read() as connection:
        account_of(connection, account_id)
    return lead_to(request, f"/accounts/{account_id}?run={ads.pull(account_id)}")


def _page(
    request: Request,
    stage: Backstage,
    clock: Clock,
    who: User,
    account_id: str,
    *,
    run: str | None = None,
    gone: bool = False,
) -> AccountPage:
    part = _part(request, stage, clock, who, account_id, run=run, gone=gone)
    account = part.standing.account
    frame = frame_of(request, account.name, "accounts")
    said = limits_said(account.guards, account.currency)
    form = LimitsForm(account_id, account.currency.code, frame.csrf, said, who.sees_all, GROUPS)
    return AccountPage(frame, account, part, form, AUTHORITY)


def _part(
    request: Request,
    stage: Backstage,
    clock: Clock,
    who: User,
    account_id: str,
    *,
    run: str | None,
    gone: bool,
) -> AccountPart:
    now = clock.now()
    with stage.database.read() as connection:
        account = account_of(connection, account_id)
        standing = standing_of(connection, account, now=now, with_gone=gone)
        reading = _run(connection, run)
    mark = hash_json([standing, reading and (reading.status, reading.progress), int(now.timestamp() // 60)])
    return AccountPart(standing, reading, gone, frame_of(request, "", "").csrf, who.sees_all, mark[:16])


def _run(connection: Connection, run_id: str | None) -> RunRow | None:
    """The run that reads the account, when the address names one that is there."""
    if not run_id:
        return None
    try:
        return run_of(connection, run_id)
    except NotFoundError:
        return None
