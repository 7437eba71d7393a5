"""The ads that were made of a video's films, how they stand by the mirror, and those being made."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from kinoloop.core.errors import NotFoundError
from kinoloop.delivery.accounts.queries import account, entity
from kinoloop.delivery.drift.queries import ads_of_video
from kinoloop.delivery.drift.records import ApprovedAd
from kinoloop.runs.records import RunRow
from kinoloop.web.ads.words import running_words


@dataclass(frozen=True)
class MadeAd:
    """An ad at the platform. `status` is how it really stands, as last seen; None when it was never seen."""

    ad_id: str
    variant_id: str | None
    name: str
    account_id: str
    account: str
    status: str | None
    effective_status: str | None


@dataclass(frozen=True)
class FilmAds:
    """What became of one film: ads that are there, and runs that make one or failed to."""

    made: tuple[MadeAd, ...]
    runs: tuple[RunRow, ...]


def made_of(connection: Connection, video_id: str) -> tuple[MadeAd, ...]:
    """Every ad made of a video's films, by ad."""
    return tuple(_made(connection, one) for one in ads_of_video(connection, video_id))


def by_film(made: Sequence[MadeAd], runs: Sequence[RunRow]) -> dict[str, FilmAds]:
    """The same by variant. A failed run whose ad was made after all is left out."""
    names = {(one.account_id, one.name) for one in made}
    ads, waiting = defaultdict[str, list[MadeAd]](list), defaultdict[str, list[RunRow]](list)
    for ad in made:
        ads[ad.variant_id or ""].append(ad)
    for run in runs:
        if _order(run) not in names:
            waiting[run.payload["variant_id"]].append(run)
    return {film: FilmAds(tuple(ads[film]), tuple(waiting[film])) for film in {*ads, *waiting}}


def _order(run: RunRow) -> tuple[str, str]:
    draft = run.payload["draft"]
    return draft["account_id"], draft["name"]


def _made(connection: Connection, approved: ApprovedAd) -> MadeAd:
    owner = account(connection, approved.account_id).name
    place = (approved.account_id, owner)
    try:
        seen = entity(connection, approved.ad_id)
    except NotFoundError:
        return MadeAd(approved.ad_id, approved.variant_id, approved.ad_id, *place, None, None)
    status = "Gone" if seen.gone_at else running_words(seen)
    return MadeAd(approved.ad_id, approved.variant_id, seen.name, *place, status, seen.effective_status)
