"""A chain as the rooms themselves write it: footage, a storyboard over it, variants, ads, clicks, deals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection

from kinoloop.core.currency import Currency, Minor
from kinoloop.core.ids import hash_bytes, hash_file, new_id
from kinoloop.core.timecode import Span, exact
from kinoloop.creative.renders.operations import record_variant
from kinoloop.creative.renders.records import Variant, Verdict
from kinoloop.creative.scripts.records import Script
from kinoloop.creative.storyboards.records import FootageSource, Panel, Storyboard
from kinoloop.creative.videos import operations as videos
from kinoloop.creative.videos.queries import video as read_video
from kinoloop.creative.videos.records import Video
from kinoloop.delivery.accounts.operations import save_mirror
from kinoloop.delivery.accounts.records import AdEntity, Mirror
from kinoloop.delivery.drift.operations import approve_content
from kinoloop.delivery.drift.records import AdContent, ApprovedAd
from kinoloop.delivery.drift.rules import content_hash
from kinoloop.flows.make_video.approving import approval_hash
from kinoloop.flows.publish_ads.lineage import keep_film
from kinoloop.footage.analysis.operations import replace_shots
from kinoloop.footage.analysis.records import Measured, Scores, Shot
from kinoloop.footage.intake.operations import register
from kinoloop.footage.intake.records import SeenFile
from kinoloop.learning.attribution.operations import attribute, track
from kinoloop.learning.attribution.records import AttributionSettings, Click, Conversion
from kinoloop.learning.lineage.records import Film
from kinoloop.learning.revenue.operations import copy_template, record
from kinoloop.learning.revenue.records import StageEvent
from kinoloop.store.blobs import Blobs
from tests.creative.videos.fill import BRIEF, PANEL, SCRIPT

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ACCOUNT, TENANT = "act_1", "main"
WON = 1_234_567
LINES = ("190 g?", "Weighs less than your phone.", "Try it.")


@dataclass
class Chain:
    """Short words for what tests do in one transaction."""

    connection: Connection
    blobs: Blobs
    tenant: str = TENANT
    now: datetime = NOW

    def footage(self, name: str = "harbour.mp4", path: Path | None = None, *, shots: int = 3) -> str:
        """A file of four-second shots; gives its id."""
        path = path or Path("/footage") / name
        sha256 = hash_file(path) if path.is_file() else hash_bytes(name.encode())
        seen = SeenFile(path, "video", 1_000, sha256)
        asset_id = register(self.connection, seen, source="test", now=self.now, new_id=new_id).asset_id
        assert asset_id
        replace_shots(self.connection, asset_id, [shot(asset_id, n) for n in range(shots)], now=self.now)
        return asset_id

    def video(self, video_id: str, panels: Sequence[Panel], *, opening: Panel | None = None) -> Video:
        """Drafted, with another hook to vary."""
        brief = replace(BRIEF, variants=3, vary=("hook", "opening"))
        videos.create(
            self.connection, video_id=video_id, owner="ada", brief=brief, estimated_cost=0, now=self.now
        )
        videos.advance(self.connection, video_id, to="generating_storyboard", now=self.now)
        lines = tuple(replace(SCRIPT.lines[0], number=n, text=text) for n, text in enumerate(LINES, 1))
        script = Script(lines, ("Lighter?",), ("Try it",), "r", None, "plain")
        videos.save_script(self.connection, video_id, script, self.now)
        board = Storyboard(tuple(panels), opening, "", (), "", None, "rules")
        videos.save_storyboard(self.connection, video_id, board, self.now)
        return videos.advance(self.connection, video_id, to="storyboard_complete", now=self.now)

    def variant(self, video_id: str, label: str = "A", path: Path | None = None) -> Variant:
        """A finished file of one version, made from the storyboard as it is now."""
        video = read_video(self.connection, video_id)
        out = self.blobs.video(video_id, f"{label}.mp4")
        out.write_bytes(path.read_bytes() if path else f"{video_id} {label}".encode())
        made = Variant(
            variant_id=new_id(),
            video_id=video_id,
            run_id="r1",
            label=label,
            element={"A": "master", "B": "hook", "C": "opening"}[label],
            shape="9:16",
            path=self.blobs.relative(out),
            srt_path=None,
            vtt_path=None,
            thumbnail_path=None,
            width=180,
            height=320,
            duration_ms=9000,
            size_bytes=out.stat().st_size,
            sha256=hash_file(out),
            lufs=-14.0,
            verdict=Verdict((), {}),
            approval_sha256=approval_hash(self.connection, video, self.blobs),
        )
        return record_variant(self.connection, made)

    def account(self, names: Mapping[str, str]) -> None:
        """The mirror of an account with these ads."""
        root = AdEntity("camp-1", ACCOUNT, "campaign", None, "camp-1", "Autumn", "ACTIVE", "ACTIVE")
        one_set = AdEntity("set-1", ACCOUNT, "adset", "camp-1", "camp-1", "Harbour", "ACTIVE", "ACTIVE")
        ads = [
            AdEntity(ad_id, ACCOUNT, "ad", "set-1", "camp-1", name, "ACTIVE", "ACTIVE")
            for ad_id, name in names.items()
        ]
        seen = Mirror(ACCOUNT, "Harbour", Currency("USD"), "UTC", 100, (root, one_set, *ads), self.now)
        save_mirror(self.connection, seen, tenant_id=self.tenant, platform="meta")

    def publish(
        self, ad_id: str, variant: Variant | None, *, days: float = 30, media: str | None = None
    ) -> Film | None:
        """What publishing writes when it has read the ad back: the approved content, and what it shows."""
        copy = {"title": f"{ad_id} {days}"}
        media = media or (variant.sha256[:12] if variant else None)
        content = AdContent(f"creative-{ad_id}", media, copy, {})
        approved = approve_content(
            self.connection,
            ApprovedAd(
                ad_id=ad_id,
                account_id=ACCOUNT,
                content=content,
                sha256=content_hash(content),
                approved_by="ada",
                approved_at=self.now - timedelta(days=days),
                video_id=variant.video_id if variant else None,
                variant_id=variant.variant_id if variant else None,
            ),
            new_id=new_id,
        )
        return keep_film(self.connection, self.blobs, approved, now=self.now)

    def stages(self) -> None:
        copy_template(self.connection, "template_b2b_saas", self.tenant, who="ada", now=self.now)

    def click(self, ad_id: str, visitor: str, days: float) -> str:
        click = Click(
            click_id=f"{visitor}-{ad_id}-{days:g}",
            tenant_id=self.tenant,
            ad_id=ad_id,
            campaign_id="camp-1",
            at=self.now - timedelta(days=days),
            expires_at=self.now + timedelta(days=30),
            visitor_id=visitor,
            consent=True,
        )
        return track(self.connection, click, now=self.now).click_id

    def deal(
        self,
        deal_id: str,
        visitor: str | None,
        *,
        stage: str = "closedwon",
        worth: Minor = WON,
        days: float = 1,
    ) -> None:
        """A deal in this stage; with a visitor its click is looked for."""
        at = self.now - timedelta(days=days)
        known = worth if stage == "closedwon" else None
        record(self.connection, [StageEvent(self.tenant, deal_id, stage, at, known, "CRM")], now=self.now)
        if visitor is not None:
            self.convert(f"deal:{deal_id}", deal_id, visitor, at)

    def convert(self, conversion_id: str, deal_id: str, visitor: str, at: datetime) -> None:
        told = Conversion(
            conversion_id, self.tenant, "deal", WON, at, visitor_id=visitor, deal_id=deal_id, consent=True
        )
        settings = AttributionSettings(self.tenant, window_days=30.0)
        attribute(self.connection, told, settings=settings, now=self.now, new_id=new_id)


def shot(asset_id: str, number: int, *, look: int | None = None) -> Shot:
    """The stretch of four seconds from `4 x number` on."""
    import numpy as np

    vector = np.random.default_rng(number if look is None else look).normal(size=512).astype(np.float32)
    return Shot(
        new_id(),
        asset_id,
        Span(exact(4 * number), exact(4 * number + 4)),
        {"motion": Measured(4.2)},
        Scores(0.5, {"composite": 0.6}, {"strength": 0.5}, {"composite": 0.7}, 0.6, {}),
        "a shoe on a scale",
        "look-v1",
        vector / np.linalg.norm(vector),
    )


def seen(
    number: int, asset_id: str, in_ms: int, lasts_ms: int = 3000, *, clip_id: str | None = None
) -> Panel:
    """A panel of own footage."""
    source = FootageSource(asset_id, clip_id, "harbour.mp4", in_ms, in_ms + lasts_ms, 0.8, "words")
    return replace(
        PANEL,
        scene_id=f"s{number}",
        number=number,
        line=LINES[number - 1],
        duration_ms=lasts_ms,
        footage=source,
        kind="footage",
    )


def card(number: int, lasts_ms: int = 3000) -> Panel:
    return replace(seen(number, "none", 0, lasts_ms), kind="card", footage=None)
