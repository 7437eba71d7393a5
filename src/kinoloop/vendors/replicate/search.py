"""Did a lost call make a prediction? Told by reading our recent ones; never by asking again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from kinoloop.core.errors import IntegrityError, PassingError
from kinoloop.vendors.replicate.client import Prediction, ReplicateClient
from kinoloop.vendors.replicate.translate import is_answer_to, made_at

MOST_PAGES = 30
LOOKBACK = timedelta(minutes=55)
"""How far back is looked when the time of asking is not known. After an hour inputs are removed there."""
SKEW = timedelta(seconds=30)
"""Their clock may be behind ours by so much."""


@dataclass(frozen=True)
class Wanted:
    """What is looked for: inputs, since when; `has_seed` when no two orders are asked in the same words."""

    inputs: Mapping[str, Any]
    since: datetime
    has_seed: bool


def find_prediction(client: ReplicateClient, wanted: Wanted) -> str | None:
    """The id of the prediction made for these inputs; None when there is surely none.

    Raises PassingError when that cannot be told.
    """
    found: list[Prediction] = []
    following: str | None = None
    for _page in range(MOST_PAGES):
        try:
            results, following = client.page(wanted.since, following)
            fresh = [one for one in results if made_at(one) >= wanted.since]
        except (IntegrityError, KeyError, TypeError, ValueError) as error:
            raise _cannot_tell("Its list cannot be read.") from error
        found += [one for one in fresh if is_answer_to(one, wanted.inputs)]
        if any(one.get("data_removed") and not one.get("input") for one in fresh):
            raise _cannot_tell("What some predictions of that time were asked has been removed.")
        if following is None or len(fresh) < len(results):
            return _only(found, wanted)
    raise _cannot_tell(f"There are more than {MOST_PAGES} pages of predictions since then.")


def _only(found: list[Prediction], wanted: Wanted) -> str | None:
    ids = list(dict.fromkeys(str(one["id"]) for one in found))
    if len(ids) > 1 and not wanted.has_seed:
        raise _cannot_tell(f"{len(ids)} predictions were asked for in the same words.")
    return ids[0] if ids else None


def _cannot_tell(why: str) -> PassingError:
    return PassingError(
        "It cannot be told whether Replicate has made this already.",
        why=why,
        fix="It is not asked again, for that could be paid twice. Look at the predictions in your account.",
    )
