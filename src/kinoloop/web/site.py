"""Puts the web face together: walls first, then doors, then routes."""

from pathlib import Path

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.staticfiles import StaticFiles

from kinoloop import __version__
from kinoloop.core.clock import Clock, SystemClock
from kinoloop.web import clicks as click_door
from kinoloop.web import events, webhooks
from kinoloop.web.api import assets, callbacks, clips, health, ingest, jobs, media, moments, search
from kinoloop.web.api.ml import attribution as ml_attribution
from kinoloop.web.api.ml import battle_hardened as ml_bandit
from kinoloop.web.api.ml import crm as ml_crm
from kinoloop.web.api.ml import predictor as ml_predictor
from kinoloop.web.api.ml import rag as ml_winners
from kinoloop.web.api.ml import revenue as ml_revenue
from kinoloop.web.api.shapes import Problem
from kinoloop.web.api.v2 import accounts as ad_accounts
from kinoloop.web.api.v2 import ads as new_ads
from kinoloop.web.api.v2 import changes as ad_changes
from kinoloop.web.api.v2 import decisions as ad_decisions
from kinoloop.web.api.v2 import files as video_files
from kinoloop.web.api.v2 import jobs as video_jobs
from kinoloop.web.api.v2 import lineage as money_lineage
from kinoloop.web.api.v2 import uploads as video_uploads
from kinoloop.web.api.v2.known import Answers
from kinoloop.web.backstage import Backstage
from kinoloop.web.doors import Doors
from kinoloop.web.events import Pace, Streams
from kinoloop.web.faults import add_faults
from kinoloop.web.guards import AnswerHeaders, HostWall
from kinoloop.web.logs import AccessLog
from kinoloop.web.meters import Meters, RequestMeter
from kinoloop.web.pages import asset as asset_page
from kinoloop.web.pages import clips as clips_page
from kinoloop.web.pages import footage, login, runs, sample_report, system
from kinoloop.web.pages import search as search_page
from kinoloop.web.pages.ads import accounts as ads_accounts
from kinoloop.web.pages.ads import changes as ads_changes
from kinoloop.web.pages.ads import publish as ads_publish
from kinoloop.web.pages.decide import ad as ad_page
from kinoloop.web.pages.decide import ads as ads_page
from kinoloop.web.pages.decide import one_round as round_page
from kinoloop.web.pages.decide import rounds as rounds_page
from kinoloop.web.pages.learn import lineage as lineage_page
from kinoloop.web.pages.make import brands, campaigns, costs, new_video, storyboard, video, videos
from kinoloop.web.pages.models import page as models_page
from kinoloop.web.pages.models import policies as policies_page
from kinoloop.web.pages.money import attribution as attribution_page
from kinoloop.web.pages.money import deals as deals_page
from kinoloop.web.pages.money import inbox as inbox_page
from kinoloop.web.pages.money import stages as stages_page
from kinoloop.web.pages.today import page as today_page
from kinoloop.web.pages.winners import ad as winner_page
from kinoloop.web.pages.winners import wall as winners_page

STATIC = Path(__file__).parent / "static"
VIDEO_API = (video_uploads, video_jobs, video_files, callbacks)
MONEY_API = (ad_accounts, ad_changes, new_ads, ml_revenue, ml_attribution, ml_crm, click_door, webhooks)
LEARN_API = (ad_decisions, money_lineage, ml_bandit, ml_predictor, ml_winners)
API = (
    ingest,
    assets,
    moments,
    clips,
    jobs,
    search,
    media,
    health,
    events,
    *VIDEO_API,
    *MONEY_API,
    *LEARN_API,
)
MAKE_PAGES = (videos, new_video, video, storyboard, campaigns, brands, costs)
SPEND_PAGES = (ads_changes, ads_accounts, ads_publish)
EARN_PAGES = (stages_page, deals_page, attribution_page, inbox_page)
LEARN_PAGES = (lineage_page, winners_page, winner_page, models_page, policies_page)
DECIDE_PAGES = (today_page, ads_page, ad_page, rounds_page, round_page)
HOUSE_PAGES = (login, footage, asset_page, clips_page, runs, search_page, system, sample_report)
PAGES = (*HOUSE_PAGES, *MAKE_PAGES, *SPEND_PAGES, *EARN_PAGES, *LEARN_PAGES, *DECIDE_PAGES)
DESCRIPTION = (
    "Footage in, clips and ads out. Every route but login and health needs `Authorization: Bearer TOKEN` "
    "or a browser session. Every error is `{code, what, why, fix}`."
)


def create_site(app: Backstage, *, clock: Clock | None = None, pace: Pace | None = None) -> FastAPI:
    """The ASGI application over an open house. Several processes may serve the same store."""
    clock, meters = clock or SystemClock(), Meters(app)
    site = FastAPI(
        title="Kinoloop",
        version=__version__,
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        responses={401: {"model": Problem}, 422: {"model": Problem}},
        middleware=[
            Middleware(AccessLog),
            Middleware(RequestMeter, meters=meters),
            Middleware(AnswerHeaders),
            Middleware(HostWall, hosts=tuple(app.settings.hosts)),
            Middleware(Doors, backstage=app, clock=clock),
        ],
    )
    site.state.backstage, site.state.clock, site.state.meters = app, clock, meters
    site.state.streams, site.state.answers = Streams(pace or Pace()), Answers()
    add_faults(site)
    for room in (*API, *PAGES):
        site.include_router(room.router)
    site.mount("/static", StaticFiles(directory=STATIC), name="static")
    return site
