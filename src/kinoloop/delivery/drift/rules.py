"""Comparing what is shown with what was approved, field by field, and what would bring it back. Pure."""

from collections.abc import Iterator
from dataclasses import asdict

from kinoloop.core.ids import hash_json
from kinoloop.delivery.drift.records import AdContent, Difference, Revert

PLATFORM = "platform"
"""Who cleared a drift when the platform shows the approved content again."""
GONE = "gone"
"""Who cleared it when the ad is there no more."""


def content_hash(content: AdContent) -> str:
    """SHA-256 of everything that an approval covers."""
    return hash_json(asdict(content))


def differences(approved: AdContent, served: AdContent) -> tuple[Difference, ...]:
    """What is not as approved, in a fixed order; empty when all that was told is.

    A text that nobody approved is a difference like one that is missing. So is an enhancement that may be
    applied though nobody said so; one that may not be applied is none. See `untold` for what was not told.
    """
    return (*_identity(approved, served), *_copy(approved, served), *_toggles(approved, served))


def untold(approved: AdContent, served: AdContent) -> tuple[str, ...]:
    """Fields that could not be compared: the platform does not tell them now, or did not at the approval."""
    media = () if approved.media_hash and served.media_hash else ("media_hash",)
    return (*media, *(f"toggles.{name}" for name in sorted(approved.toggles.keys() - served.toggles.keys())))


def revert(approved: AdContent, served: AdContent) -> Revert:
    """How an ad is brought back to what was approved.

    Where the approved creative itself was altered, showing it again changes nothing: then the ad is paused.
    """
    fields = ", ".join(one.field for one in differences(approved, served))
    if served.creative_id != approved.creative_id:
        reason = f"The ad shows something nobody approved ({fields}). This is the approved creative again."
        return Revert("creative", approved.creative_id, reason)
    reason = (
        f"The approved creative itself was altered at the platform ({fields}), so choosing it again changes "
        "nothing. A pause keeps it from being shown until it is mended there, or approved as it is."
    )
    return Revert("status", "PAUSED", reason)


def _identity(approved: AdContent, served: AdContent) -> Iterator[Difference]:
    if approved.creative_id != served.creative_id:
        yield Difference("creative_id", approved.creative_id, served.creative_id)
    told = approved.media_hash is not None and served.media_hash is not None
    if told and approved.media_hash != served.media_hash:
        yield Difference("media_hash", approved.media_hash, served.media_hash)


def _copy(approved: AdContent, served: AdContent) -> Iterator[Difference]:
    for name in sorted({*approved.copy, *served.copy}):
        before, after = approved.copy.get(name), served.copy.get(name)
        if before != after:
            yield Difference(f"copy.{name}", before, after)


def _toggles(approved: AdContent, served: AdContent) -> Iterator[Difference]:
    for name, after in sorted(served.toggles.items()):
        before = approved.toggles.get(name)
        if after != bool(before):
            yield Difference(f"toggles.{name}", before, after)
