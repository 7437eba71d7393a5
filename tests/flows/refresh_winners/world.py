"""An account with ads made here out of own footage, forty days of results, and who bought through which."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from sqlalchemy import Connection

from kinoloop.core.ids import new_id
from kinoloop.creative.brand.records import Brand
from kinoloop.creative.briefs.records import Brief
from kinoloop.creative.plans.records import Evidence
from kinoloop.creative.renders.operations import record_variant
from kinoloop.creative.renders.records import Variant, Verdict
from kinoloop.creative.storyboards.candidates import candidates_of, clip_of
from kinoloop.creative.storyboards.rules import bind
from kinoloop.creative.videos import operations as videos
from kinoloop.creative.writing.plain import PlainWriter
from kinoloop.delivery.drift.operations import approve_content
from kinoloop.footage.analysis.operations import replace_shots
from kinoloop.footage.analysis.records import Measured, Shot
from kinoloop.learning.attribution import operations as attribution
from kinoloop.learning.attribution.records import AttributionSettings, Click, Conversion
from kinoloop.learning.insights import operations as insights
from kinoloop.learning.insights.records import InsightRow
from tests.creative.makers import LAMP
from tests.delivery.drift.ads import approved, open_account
from tests.footage import fill
from tests.learning.insights.pulls import USD

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TENANT, ACCOUNT, SHA = "t1", "act_1", "cd" * 32
DAYS = 40
BRIEF = replace(LAMP, duration=15, variants=1, shapes=("9:16",), client_id="house")
WRITER = PlainWriter()


@dataclass
class World:
    """What is built so far."""

    ids: fill.Ids = field(default_factory=lambda: fill.Ids(3))
    shots: list[Shot] = field(default_factory=list)

    def found(self, connection: Connection) -> None:
        """The account (ads 30 to 33), and twelve shots of footage: the first is a face."""
        open_account(connection, ACCOUNT, ads=4)
        for number in range(12):
            asset_id = fill.asset(connection, self.ids, name=f"take{number}.mp4")
            made = fill.shot(asset_id, self.ids, vector=fill.unit(number))
            made = replace(made, span=fill.span(0, 20))
            told = {"face_share": Measured(0.8 if number == 0 else 0.0), "hook_energy": Measured(0.9)}
            made = replace(made, features=made.features | told)
            self.shots += replace_shots(connection, asset_id, [made], now=NOW)

    def make(
        self,
        connection: Connection,
        ad_id: str,
        *,
        opening: int = 0,
        brief: Brief = BRIEF,
        evidence: tuple[Evidence, ...] = (),
    ) -> str:
        """A film whose first picture is this shot, published as the ad; gives the video's id."""
        plan = WRITER.plan(brief, Brand(), evidence)
        script = WRITER.script(brief, Brand(), plan)
        sketches = WRITER.describe(brief, Brand(), script)
        order = [self.shots[opening], *(one for one in self.shots if one is not self.shots[opening])]
        clips = [clip_of(one, "take.mp4", Fraction(20)) for one in order]
        hooks = [replace(one, hook=1.0 if n == 0 else 0.0) for n, one in enumerate(clips)]
        board = bind(script, sketches, candidates_of(sketches, hooks), brief)
        video_id = new_id()
        videos.create(connection, video_id=video_id, owner="ada", brief=brief, estimated_cost=0, now=NOW)
        videos.advance(connection, video_id, to="generating_storyboard", now=NOW)
        videos.save_plan(connection, video_id, plan, NOW)
        videos.save_script(connection, video_id, script, NOW)
        videos.save_storyboard(connection, video_id, board, NOW)
        videos.advance(connection, video_id, to="storyboard_complete", now=NOW)
        videos.set_approved(connection, video_id, sha256=SHA, now=NOW)
        variant = record_variant(connection, _variant(video_id))
        content = approved(ad_id, ACCOUNT, video_id=video_id, variant_id=variant.variant_id)
        approve_content(connection, content, new_id=new_id)
        return video_id

    def ran(
        self,
        connection: Connection,
        ad_id: str,
        *,
        sales: int,
        impressions: int = 3_000,
        days: int = DAYS,
        clicks: int = 36,
        spend: int = 3_000,
        price: int = 6_000,
    ) -> None:
        """So many days of results up to today, and `sales` of `price` through clicks two weeks ago."""
        rows = [
            InsightRow(
                account_id=ACCOUNT,
                entity_id=ad_id,
                kind="ad",
                day=(NOW - timedelta(days=ago)).date(),
                hour=None,
                timezone="Europe/Berlin",
                currency=USD,
                impressions=impressions,
                clicks=clicks,
                spend=spend,
                reach=round(impressions * 0.97),
            )
            for ago in range(days)
        ]
        insights.store(connection, rows, now=NOW)
        settings = AttributionSettings(TENANT)
        for number in range(sales):
            at = NOW - timedelta(days=14, minutes=number)
            name = f"{ad_id}-{number}"
            click = Click(name, TENANT, ad_id, "10", at, at + timedelta(days=7))
            attribution.track(connection, click, now=at)
            sale = Conversion(
                f"sale {name}",
                TENANT,
                "purchase",
                price,
                at + timedelta(hours=1),
                click_id=name,
                currency="USD",
            )
            attribution.attribute(connection, sale, settings=settings, now=NOW, new_id=new_id)


def _variant(video_id: str) -> Variant:
    return Variant(
        variant_id=new_id(),
        video_id=video_id,
        run_id="run",
        label="A",
        element="master",
        shape="9:16",
        path=f"videos/{video_id}/final.mp4",
        srt_path=None,
        vtt_path=None,
        thumbnail_path=None,
        width=1080,
        height=1920,
        duration_ms=15_000,
        size_bytes=1,
        sha256="ab" * 32,
        lufs=None,
        verdict=Verdict((), {}),
        approval_sha256=SHA,
    )
