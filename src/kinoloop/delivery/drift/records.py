"""What a person approved for an ad, what the platform shows for it, and where the two differ."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal


@dataclass(frozen=True)
class AdContent:
    """Everything about an ad that a viewer could notice, in a form that can be hashed.

    `media_hash` is the platform's own fingerprint of the picture or film (None when it was not told); `copy`
    holds title, body, description, link and call to action by name; `toggles` every enhancement by name with
    whether the platform may apply it.
    """

    creative_id: str
    media_hash: str | None
    copy: Mapping[str, str]
    toggles: Mapping[str, bool]


@dataclass(frozen=True)
class ServedAd:
    """What the platform shows for an ad now."""

    ad_id: str
    content: AdContent
    raw: dict[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class ApprovedAd:
    """What may be shown; `sha256` is the hash of `content` that the person said yes to."""

    ad_id: str
    account_id: str
    content: AdContent
    sha256: str
    approved_by: str
    approved_at: datetime
    video_id: str | None = None
    variant_id: str | None = None


@dataclass(frozen=True)
class Difference:
    """One field that is not as approved: `creative_id`, `media_hash`, `copy.title`, `toggles.enhance_cta`."""

    field: str
    approved: Any
    served: Any


@dataclass(frozen=True)
class Drift:
    """An open or settled alarm about one ad; `change_id` is the revert that was proposed, if one was.

    `served` is what was shown when it was last looked at; `note` tells why no revert could be proposed.
    """

    drift_id: str
    ad_id: str
    account_id: str
    differences: tuple[Difference, ...]
    found_at: datetime
    change_id: str | None = None
    cleared_at: datetime | None = None
    cleared_by: str | None = None
    served: AdContent | None = None
    note: str | None = None


@dataclass(frozen=True)
class Revert:
    """The change that ends a drift: the approved creative again, or a pause where that changes nothing."""

    change_type: Literal["creative", "status"]
    requested: str
    reason: str


@dataclass(frozen=True)
class Check:
    """The last comparison of an account. `unapproved` ads were left out: nobody said what they may show.

    `untold` names by ad the approved fields that the platform did not tell, so that they were not compared.
    """

    account_id: str
    checked_at: datetime
    compared: int
    unapproved: int
    untold: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
