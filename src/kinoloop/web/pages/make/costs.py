"""What was spent: by day against the budget, by video, by provider, and the prices it is counted with."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from fastapi import APIRouter, Request
from starlette.responses import Response

from kinoloop.core.money import Micros
from kinoloop.costs.queries import by_job, day, days
from kinoloop.costs.records import Budgets, Day, PriceTable
from kinoloop.creative.videos.queries import videos
from kinoloop.creative.videos.records import Video
from kinoloop.web.pages.make.chart import DayChart, day_chart
from kinoloop.web.queries import SpentAt, spent_by_provider
from kinoloop.web.render import Frame, frame_of, respond
from kinoloop.web.stage import Now, Stage, Who

router = APIRouter(include_in_schema=False)
DAYS, SHOWN = 30, 50


@dataclass(frozen=True)
class VideoCost:
    """A video, what was expected and what it really took so far."""

    video: Video
    spent: Micros


@dataclass(frozen=True)
class CostsPage:
    template: ClassVar[str] = "make/costs.html"
    frame: Frame
    today: Day
    days: tuple[Day, ...]
    chart: DayChart
    videos: tuple[VideoCost, ...]
    providers: tuple[SpentAt, ...]
    prices: PriceTable
    budgets: Budgets

    @property
    def left(self) -> Micros:
        return max(0, self.today.hard - self.today.spent - self.today.held)

    @property
    def any(self) -> bool:
        return any(one.spent or one.held for one in self.days) or bool(self.providers)


@router.get("/costs")
def costs(request: Request, stage: Stage, clock: Now, who: Who) -> Response:
    """Makers see what their own videos took; the days count for the whole house."""
    budgets, on = stage.videos.budgets, clock.now().date()
    with stage.database.read() as connection:
        today = day(connection, on, budgets)
        known = {one.day: one for one in days(connection, DAYS)}
        spent = {one.job_id: one.spent for one in by_job(connection, SHOWN * 4)}
        found = videos(connection, owner=who.own, limit=SHOWN)
        providers = spent_by_provider(connection, owner=who.own)
    span = [on - timedelta(days=back) for back in reversed(range(DAYS))]
    filled = tuple(known.get(one) or Day(one, 0, 0, budgets.soft, budgets.hard) for one in span)
    return respond(
        CostsPage(
            frame=frame_of(request, "Costs", "costs"),
            today=today,
            days=filled,
            chart=day_chart(filled),
            videos=tuple(VideoCost(one, spent.get(one.video_id, 0)) for one in found),
            providers=providers,
            prices=stage.videos.prices(),
            budgets=budgets,
        )
    )
