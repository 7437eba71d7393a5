"""All durable journeys of the house, each with the tools that it needs, and when they run by themselves."""

from kinoloop.app.ads import Platforms
from kinoloop.app.studio import Wiring
from kinoloop.core.ids import NewId
from kinoloop.flows import fitting, forgetting
from kinoloop.flows.apply_changes.deciding import propose
from kinoloop.flows.apply_changes.place import Desk
from kinoloop.flows.decide_budget import tick as deciding
from kinoloop.flows.decide_budget.tools import DecideTools
from kinoloop.flows.decide_budget.traits import traits_of
from kinoloop.flows.make_video import sweep
from kinoloop.flows.make_video.draft import DraftVideo
from kinoloop.flows.make_video.make_film import MakeFilm
from kinoloop.flows.make_video.render import RenderVideo
from kinoloop.flows.make_video.stopping import StopVisuals
from kinoloop.flows.make_video.studio import Studio
from kinoloop.flows.make_video.visual import MakeVisual
from kinoloop.flows.publish_ads.publish import PublishAds
from kinoloop.flows.publish_ads.tools import PublishTools
from kinoloop.flows.pull_results import tick as results
from kinoloop.flows.pull_results.tools import ResultsTools
from kinoloop.flows.refresh_winners import refresh as winners
from kinoloop.flows.refresh_winners.tools import WinnerTools
from kinoloop.flows.sync_crm import process, sync
from kinoloop.flows.sync_crm.tools import CrmTools
from kinoloop.flows.train_predictor import train
from kinoloop.flows.train_predictor.tools import TrainTools
from kinoloop.learning.winners.library import Library
from kinoloop.runs.flow import Flow

SCHEDULES = (
    sweep.EVERY_FIVE_MINUTES,
    results.EVERY_HOUR,
    process.SWEEP,
    sync.HOURLY,
    winners.EVERY_SIX_HOURS,
    deciding.EVERY_SIX_HOURS,
    train.DAILY,
    forgetting.HOURLY,
    fitting.WEEKLY,
)


def making(studio: Studio, broom: sweep.SweepVideos) -> tuple[Flow, ...]:
    """From a brief to films."""
    journeys = (
        DraftVideo(studio),
        RenderVideo(studio),
        MakeVisual(studio),
        MakeFilm(studio),
        StopVisuals(studio),
        broom,
    )
    return tuple(journey.flow() for journey in journeys)


def spending(
    wiring: Wiring, platforms: Platforms, desk: Desk, publishing: PublishTools, make_id: NewId
) -> tuple[Flow, ...]:
    """From films to ads, their results, and what follows for budgets."""
    clock = wiring.clock
    journeys = (
        results.PullResults(
            ResultsTools(
                platforms.open, lambda wish: propose(desk, wish), clock, make_id, seats=platforms.seats
            )
        ),
        PublishAds(publishing),
        deciding.DecideBudget(
            DecideTools(
                wiring.database.read, lambda wish: propose(desk, wish), clock, make_id, traits=traits_of
            )
        ),
    )
    return tuple(journey.flow() for journey in journeys)


def learning(wiring: Wiring, crm: CrmTools, library: Library, make_id: NewId) -> tuple[Flow, ...]:
    """From clicks and deals to what worked."""
    clock = wiring.clock
    journeys = (
        process.ProcessEvents(crm),
        sync.SyncCrm(crm),
        winners.RefreshWinners(WinnerTools(clock, library)),
        train.TrainPredictor(TrainTools(clock, make_id)),
        forgetting.ForgetPeople(clock),
        fitting.FitMatcher(clock),
    )
    return tuple(journey.flow() for journey in journeys)
