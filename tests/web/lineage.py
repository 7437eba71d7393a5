"""A house whose deals lead to seconds of its footage: published variants, clicks, credits of every kind."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from fastapi import FastAPI
from sqlalchemy import Connection, update

from kinoloop.footage.analysis.queries import shots
from kinoloop.footage.intake.tables import assets
from kinoloop.learning.attribution.tables import attribution_credits
from kinoloop.store.blobs import Blobs
from tests.learning.lineage.chain import Chain, card, seen
from tests.web.house import START, House
from tests.web.making import scenery

ADS = {"ad-1": "Quay at dawn, hook A", "ad-2": "Quay at dawn, <b>hook B</b>"}


@dataclass(frozen=True)
class Known:
    """What was made: the file that earned, the second of its shots, and a file that no ad shows."""

    asset_id: str
    clip_id: str
    other: str


def fill_lineage(house: House, folder: Path, film: Path | None = None) -> Known:
    """Deals 9001 (one ad), 9002 (several), 9003 (five eighths sure), 9004 (an ad of nobody's), 9005 (no
    click), 9006 (open), 9007 (lost). Without a `film` the footage is a file that nobody decodes.
    """
    path = film or folder / "media" / "harbour.mp4"
    if film is None:
        path.write_bytes(b"harbour")
    with house.begin() as connection:
        chain = Chain(connection, Blobs(folder / "home"), house.settings.tenant, START)
        asset_id = chain.footage(path=path, shots=6)
        _ready(connection, asset_id, folder)
        clip_id = str(shots(connection, asset_id)[1].clip_id)
        other = chain.footage("spare.mp4", shots=1)
        chain.stages()
        chain.account(ADS)
        first = seen(1, asset_id, 4500, clip_id=clip_id)
        chain.video("v-1", (first, seen(2, asset_id, 12000), card(3)))
        chain.publish("ad-1", chain.variant("v-1"))
        chain.publish("ad-2", chain.variant("v-1", "B"))
        _sell(chain)
        unsure = attribution_credits.c.conversion_id == "deal:9003"
        connection.execute(
            update(attribution_credits).where(unsure).values(share=attribution_credits.c.share * 0.625)
        )
    return Known(asset_id, clip_id, other)


def _ready(connection: Connection, asset_id: str, folder: Path) -> None:
    """As an ingest leaves it: with its length, its size and a strip to scrub through."""
    strip = folder / "strip.jpg"
    scenery(strip, 0.3, (160 * 20, 90), "")
    connection.execute(
        update(assets)
        .where(assets.c.asset_id == asset_id)
        .values(
            status="ready",
            duration_seconds=24.0,
            scrub_path=str(strip),
            info={"video": {"width": 640, "height": 360}},
        )
    )


def _sell(chain: Chain) -> None:
    for visitor, ad_id, days in (
        ("ann", "ad-1", 5),
        ("bob", "ad-1", 6),
        ("bob", "ad-2", 3),
        ("cat", "ad-2", 4),
        ("dan", "ad-gone", 4),
        ("eve", "ad-1", 4),
        ("fay", "ad-1", 4),
    ):
        chain.click(ad_id, visitor, days)
    for number, whose in enumerate(("ann", "bob", "cat", "dan", None), 1):
        chain.deal(f"900{number}", whose, days=2 - number / 10)
    chain.deal("9006", "eve", stage="SQL")
    chain.deal("9007", "fay", stage="closedlost", days=timedelta(hours=12) / timedelta(days=1))


def with_lineage(site: FastAPI) -> FastAPI:
    """The site with these pages and routes, where it does not have them yet."""
    from kinoloop.web.api.v2 import lineage as api
    from kinoloop.web.pages.learn import lineage as pages

    if "/lineage" not in {getattr(route, "path", "") for route in site.routes}:
        static = site.router.routes.pop()
        for room in (pages, api):
            site.include_router(room.router)
        site.router.routes.append(static)
    return site
