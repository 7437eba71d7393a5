"""A person's yes to an ad: one hash over the film, the words, the money, and the approval that it comes from.

Whatever of these changes afterwards, the hash is another one and the yes does not hold.
"""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from kinoloop.approvals import operations as approvals
from kinoloop.approvals.queries import standing
from kinoloop.approvals.records import Approval
from kinoloop.approvals.rules import require
from kinoloop.core.errors import ConflictError, ForbiddenError, InputError, IntegrityError
from kinoloop.core.ids import hash_file
from kinoloop.creative.plain import hash_of, to_json
from kinoloop.creative.renders.queries import variant as read_variant
from kinoloop.creative.renders.records import Variant
from kinoloop.creative.videos.queries import video as read_video
from kinoloop.delivery.accounts import queries as accounts
from kinoloop.delivery.accounts.records import AdAccount
from kinoloop.delivery.publishing.records import AdDraft
from kinoloop.flows.make_video import approving as videos
from kinoloop.flows.publish_ads.tools import PublishTools


@dataclass(frozen=True)
class Seen:
    """What a yes would cover; the draft's film is the variant's. `findings` are the gate's: a person has to
    know of them to say yes.
    """

    sha256: str
    account: AdAccount
    draft: AdDraft
    variant: Variant
    findings: tuple[str, ...]


def subject(draft: AdDraft) -> str:
    """How approvals name an ad that is not there yet."""
    return f"ad:{draft.account_id}:{draft.name}"


def plain_draft(draft: AdDraft) -> dict[str, Any]:
    """The draft as JSON, without where its film lies on this machine."""
    return {name: value for name, value in to_json(draft).items() if name != "film"}


def look(connection: Connection, tools: PublishTools, variant_id: str, draft: AdDraft) -> Seen:
    """Everything in the rows that must hold before an ad is made of this variant; `check_film` is the rest.

    Raises ForbiddenError (blocked by the gate, not approved, account closed to writing), InputError (a draft
    that cannot be), ConflictError (it names another film), NotFoundError.
    """
    account = open_account(connection, draft.account_id)
    variant = read_variant(connection, variant_id)
    _check_draft(draft, variant)
    _check_verdict(variant)
    _check_video(connection, tools, variant)
    sha256 = hash_of(
        plain_draft(draft), variant.verdict, {"variant": variant_id, "video": variant.approval_sha256}
    )
    draft = replace(draft, film=tools.blobs.path(variant.path))
    return Seen(sha256, account, draft, variant, tuple(one.message for one in variant.verdict.findings))


def check_film(seen: Seen) -> None:
    """Byte for byte the file that the gate let through; as slow as reading it. Raises IntegrityError."""
    film = seen.draft.film
    if not film.is_file() or hash_file(film) != seen.variant.sha256:
        raise IntegrityError(
            "The film is not the one that was checked.",
            why=f"The file {seen.variant.path} is gone or was changed.",
            fix="Render the video again.",
        )


def approve(
    connection: Connection,
    tools: PublishTools,
    variant_id: str,
    draft: AdDraft,
    *,
    who: str,
    sha256: str | None = None,
    accept_degraded: bool = False,
) -> Seen:
    """A yes to this ad; with `sha256` only when it is still what was seen.

    Raises ForbiddenError for a degraded variant that is not accepted as such, ConflictError, and as `look`
    and `check_film`.
    """
    seen = look(connection, tools, variant_id, draft)
    check_film(seen)
    if sha256 is not None and sha256 != seen.sha256:
        raise ConflictError(
            "The ad has changed since you looked at it.",
            why="An approval holds for exactly what was seen.",
            fix="Look at it again, then approve.",
        )
    if seen.findings and not accept_degraded:
        raise ForbiddenError(
            "This variant is degraded.",
            why=" ".join(seen.findings),
            fix="Render it again, or say that you accept it as it is.",
        )
    what = f"Publish {variant_id} as {draft.name}" + (", degraded" if seen.findings else "")
    approvals.approve(
        connection,
        subject=subject(draft),
        sha256=seen.sha256,
        who=who,
        what=what,
        now=tools.clock.now(),
        new_id=tools.new_id,
    )
    return seen


def approval_of(connection: Connection, seen: Seen) -> Approval:
    """The standing yes to exactly this. Raises ForbiddenError."""
    return require(standing(connection, subject(seen.draft)), seen.sha256)


def open_account(connection: Connection, account_id: str) -> AdAccount:
    """The account, when something may be written to it. Raises ForbiddenError, NotFoundError."""
    account = accounts.account(connection, account_id)
    if account.killed_at is not None:
        raise ForbiddenError(
            f"Nothing is written to {account.name}.",
            why=f"{account.killed_by} stopped it: {account.kill_reason}",
            fix="Let it run again first.",
        )
    if account.authority == "off":
        raise ForbiddenError(
            f"Changes to {account.name} are switched off.", fix="Set the account to draft or auto."
        )
    return account


def _check_draft(draft: AdDraft, variant: Variant) -> None:
    if draft.film_sha256 != variant.sha256:
        raise ConflictError(
            "The draft names another film than the variant has (film_sha256).", fix="Draft the ad anew."
        )
    names = (draft.name, draft.campaign.name, draft.ad_set.name, draft.creative.name)
    if not all(name.strip() for name in names):
        raise InputError("Something has no name.", fix="Name the ad, its campaign, ad set and creative.")
    if (draft.campaign.daily_budget is None) == (draft.ad_set.daily_budget is None):
        raise InputError(
            "The budget lives on the campaign or on the ad set.",
            why="Both have one." if draft.ad_set.daily_budget else "Neither has one.",
            fix="Give exactly one of them a daily budget.",
        )


def _check_verdict(variant: Variant) -> None:
    if variant.verdict.status == "blocked":
        reasons = [one.message for one in variant.verdict.findings if one.severity == "blocked"]
        raise ForbiddenError("This variant was blocked.", why=" ".join(reasons), fix="Render it again.")


def _check_video(connection: Connection, tools: PublishTools, variant: Variant) -> None:
    video = read_video(connection, variant.video_id)
    now = videos.approval_hash(connection, video, tools.blobs)
    if now != variant.approval_sha256:
        raise ForbiddenError(
            "The video was changed since this variant was rendered.",
            why="Script, storyboard, brand or a file they use is another one now.",
            fix="Approve what is there now and render it.",
        )
    require(standing(connection, videos.subject(video.video_id)), now)
