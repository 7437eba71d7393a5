"""The demo from its beginning to its report: one stage after the other, each with a line when it is done."""

from dataclasses import dataclass, field, replace
from pathlib import Path

from kinoloop.cli import show
from kinoloop.cli.demo import collecting, launching, making
from kinoloop.cli.demo.clicking import Visitors
from kinoloop.cli.demo.clips import Clips, made_clips
from kinoloop.cli.demo.days import Days
from kinoloop.cli.demo.launching import USD
from kinoloop.cli.demo.records import DemoReport, FilmMade, Made, Who
from kinoloop.cli.demo.rivals import contender, rivals
from kinoloop.cli.demo.sample import DAILY, START, Sample
from kinoloop.core.text import plural
from kinoloop.creative.renders.records import Variant
from kinoloop.creative.videos.records import Video
from kinoloop.sandbox.market.game import Played

FIRST_DAY = 24.0
"""Hours from the sample's beginning to the morning from which everybody is measured: reviews are over by
then.
"""


@dataclass
class Story:
    """`play` gives the report. `quiet` draws nothing; `place` is the footage, `own` if it is a person's."""

    sample: Sample
    place: Path
    own: bool
    brief: Path | None
    days: int
    quiet: bool
    _clips: Clips = field(default_factory=Clips)
    _others: dict[Who, Played] = field(default_factory=dict)

    def play(self) -> DemoReport:
        """Raises what stopped it."""
        sample = self.sample
        self._clips = made_clips(sample.app, self.place, own=self.own, quiet=self.quiet)
        self._say(f"{plural(len(self._clips.files), 'clip')} of {plural(self._clips.footage_files, 'film')}")
        wish = making.brief_of(self.brief, self._clips.assets)
        first = making.draft(sample, wish, quiet=self.quiet)
        self._say(f"Storyboard of {plural(len(first.storyboard.panels) if first.storyboard else 0, 'panel')}")
        variants = making.render(sample, first, quiet=self.quiet)
        self._say(f"{plural(len(variants), 'finished version')}, each decoded and checked")
        sample.ids.begin("ads")
        visitors = Visitors(sample)
        films = self._launch(first, variants)
        days = self._live(visitors)
        sample.ids.begin("next plan")
        following = making.draft(sample, replace(wish, name=f"{wish.name}, next"), quiet=self.quiet)
        cited = following.plan.sources if following.plan else ()
        rests = f"resting on {plural(len(cited), 'winner')}" if cited else "all of it exploration"
        self._say(f"The next plan, {rests}")
        return self._report(first, films, days, following)

    def _launch(self, video: Video, variants: tuple[Variant, ...]) -> tuple[FilmMade, ...]:
        sample = self.sample
        launching.furnish(sample)
        ads = launching.publish(sample, variants, video.brief.name[:40], video.brief.product)
        sample.advance(FIRST_DAY - (sample.clock.now() - START).total_seconds() / 3600)
        self._say(f"{plural(len(ads), 'ad')} switched on in the sample account, by audited changes")
        return tuple(self._film(one, ads[one.variant_id]) for one in variants)

    def _film(self, one: Variant, ad_id: str) -> FilmMade:
        blobs = self.sample.app.blobs
        return FilmMade(
            variant_id=one.variant_id,
            label=one.label,
            differs_in="" if one.element == "master" else one.element,
            seconds=one.duration_ms / 1000,
            size=f"{one.width}x{one.height}",
            film=blobs.path(one.path),
            poster=blobs.path(one.thumbnail_path) if one.thumbnail_path else None,
            ad_id=ad_id,
        )

    def _live(self, visitors: Visitors) -> Days:
        morning = self.sample.market.twin()
        days = Days(self.sample, visitors, self.days)
        with show.bars(quiet=self.quiet) as area, show.bar(area, "Simulated days") as bar:
            for day in days.play():
                bar.progress(day, self.days, f"day {day} of {self.days}: {self._standing()}")
        self._say(f"{plural(self.days, 'simulated day')}: {self._standing()}")
        self._others = rivals(self.sample, morning, self.days)
        self._say("The same days under an equal split, the usual rule, and an oracle")
        return days

    def _standing(self) -> str:
        with self.sample.app.begin() as connection:
            won, revenue, applied = collecting.standing(connection)
        return f"{plural(won, 'deal')} won, {USD.show(revenue)}; {plural(applied, 'change')} made"

    def _report(self, video: Video, films: tuple[FilmMade, ...], days: Days, following: Video) -> DemoReport:
        sample, labels = self.sample, collecting.labels_of(films)
        played = {"ours": days.played(), **self._others}
        with sample.app.begin() as connection:
            return DemoReport(
                seed=sample.seed,
                days=self.days,
                first_day=days.started.date().isoformat(),
                last_day=sample.clock.now().date().isoformat(),
                account="Sample account",
                currency=USD,
                daily_budget=DAILY,
                made=self._made(video, films),
                money=collecting.money(connection, sample),
                contenders=tuple(contender(who, played[who]) for who in ("ours", "equal", "seed", "oracle")),
                ads=collecting.ads(connection, days, labels),
                changes=collecting.made_changes(connection, days),
                winners=collecting.the_winners(connection, sample, labels),
                lineage=collecting.a_lineage(connection, sample, labels),
                plan=collecting.next_plan(connection, following),
            )

    def _made(self, video: Video, films: tuple[FilmMade, ...]) -> Made:
        return Made(
            own=self.own,
            footage_files=self._clips.footage_files,
            footage_seconds=self._clips.footage_seconds,
            moments=self._clips.moments,
            clips=self._clips.files,
            clip_sheet=self._clips.sheet,
            storyboard=making.board_sheet(self.sample, video),
            panels=len(video.storyboard.panels) if video.storyboard else 0,
            films=films,
        )

    def _say(self, line: str) -> None:
        if not self.quiet:
            show.say(f"[green]\u2713[/] {line}")
