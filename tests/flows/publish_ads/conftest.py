"""An approved, rendered variant in a house: with nothing outside, or with the sandbox's Meta."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from kinoloop.approvals import operations as approvals
from kinoloop.core.clock import ManualClock
from kinoloop.core.currency import Currency
from kinoloop.core.ids import hash_file, new_id
from kinoloop.creative.renders.operations import record_variant
from kinoloop.creative.renders.records import Finding, Variant, Verdict
from kinoloop.creative.storyboards.records import Storyboard
from kinoloop.creative.videos import operations as videos
from kinoloop.delivery.accounts import operations as accounts
from kinoloop.delivery.accounts.records import AdAccount, Mirror
from kinoloop.delivery.drift import queries as drifts
from kinoloop.delivery.drift.records import ApprovedAd
from kinoloop.delivery.publishing.records import AdDraft, AdSetDraft, CampaignDraft, CreativeDraft
from kinoloop.flows.make_video import approving as video_approving
from kinoloop.flows.publish_ads import approving
from kinoloop.flows.publish_ads.publish import NAME, PublishAds, payload_of
from kinoloop.flows.publish_ads.tools import Publisher, PublishTools
from kinoloop.runs.door import Runs
from kinoloop.runs.queries import events
from kinoloop.sandbox.testing import Sandbox, running_sandbox
from kinoloop.store.blobs import Blobs
from kinoloop.store.session import Database
from tests.creative.videos.fill import PANEL, video_in
from tests.films import draw_film
from tests.runs.conftest import QUICK
from tests.vendors.meta.sandboxed import NOW, USD, Meta, meta_at

FINE = Verdict((), {"lufs": -14.0})
QUIET = Verdict(
    (Finding("loudness", "degraded", "The film is quieter than players expect."),), {"lufs": -20.0}
)
BLACK = Verdict((Finding("black", "blocked", "Scene 1 is black."),), {"lufs": -14.0})
CREATIVE = CreativeDraft(
    name="kinoloop creative a1",
    page_id="100000000000777",
    title="Fresh bread",
    body="Every morning at six.",
    link="https://us.example/bread",
    cta="SIGN_UP",
    utm={"utm_source": "meta", "utm_content": "{{ad.id}}", "utm_campaign": "spring & more"},
)
AD_SET = AdSetDraft(
    name="kinoloop set a1", targeting={"geo_locations": {"countries": ["US"]}}, daily_budget=2000
)


@dataclass
class Room:
    """Everything that publishing needs, and short words for what tests do."""

    database: Database
    tools: PublishTools
    runs: Runs
    variant: Variant
    draft: AdDraft

    def approve(self, **how: Any) -> str:
        """A person's yes to the ad as it is drafted; gives its hash."""
        with self.database.begin() as connection:
            given = {"who": "ada", **how}
            return approving.approve(
                connection, self.tools, self.variant.variant_id, self.draft, **given
            ).sha256

    def publish(self, sha256: str) -> dict[str, Any]:
        return self.runs.wait(self.start(sha256), timeout=60)

    def start(self, sha256: str) -> str:
        return self.runs.start(NAME, payload_of(self.variant.variant_id, self.draft, sha256))


@dataclass
class House(Room):
    """With a platform outside."""

    meta: Meta

    def approved(self, ad_id: str) -> ApprovedAd:
        with self.database.read() as connection:
            return drifts.approved_ad(connection, ad_id)

    def made(self, kind: str) -> list[str]:
        """What was created at the platform, as its own journal tells it."""
        return [
            one["entity_id"]
            for one in self.meta.effects()
            if one["field"] == "created" and one["kind"] == kind
        ]

    def told(self, kind: str) -> list[str]:
        with self.database.read() as connection:
            return [one.message for one in events(connection, limit=200) if one.event_type == kind]


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ads") / "ad.mp4"
    draw_film(path, seconds=2.0, size=(180, 320))
    return path


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox(clock=ManualClock(NOW)) as running:
        yield running


@pytest.fixture
def house(sqlite_database: Database, sandbox: Sandbox, film: Path, tmp_path: Path) -> Iterator[House]:
    with meta_at(sandbox, sqlite_database) as meta:
        stands = meta.platform.mirror(USD)
        tools = tools_with(tmp_path, lambda account: meta.platform)
        with furnished(sqlite_database, tools, stands, film) as room:
            yield House(**vars(room), meta=meta)


@pytest.fixture
def room(sqlite_database: Database, film: Path, tmp_path: Path) -> Iterator[Room]:
    """A platform that must not be asked for anything."""

    def unasked(account: AdAccount) -> Publisher:
        raise AssertionError(f"the platform of {account.account_id} was opened")

    stands = Mirror(USD, "Bakery", Currency("USD"), "UTC", 100, (), NOW)
    with furnished(sqlite_database, tools_with(tmp_path, unasked), stands, film) as room:
        yield room


def tools_with(folder: Path, publisher_for: Callable[[AdAccount], Publisher]) -> PublishTools:
    blobs = Blobs(folder / "blobs")
    return PublishTools(publisher_for, blobs, ManualClock(NOW), new_id, settle=0.01, backoff=0.01)


@contextmanager
def furnished(database: Database, tools: PublishTools, stands: Mirror, film: Path) -> Iterator[Room]:
    with database.begin() as connection:
        accounts.save_mirror(connection, stands, tenant_id="t1", platform="meta")
    variant = rendered(database, tools.blobs, film)
    campaign = CampaignDraft("kinoloop campaign a1")
    draft = AdDraft(USD, "kinoloop ad a1", campaign, AD_SET, CREATIVE, Path("nowhere"), variant.sha256)
    runs = Runs(database, [PublishAds(tools).flow()], QUICK)
    runs.launch()
    yield Room(database, tools, runs, variant, draft)
    runs.close(timeout=2.0)


def rendered(database: Database, blobs: Blobs, film: Path, verdict: Verdict = FINE) -> Variant:
    """A video whose storyboard a person approved, and one variant of it that the gate let through."""
    path, panel = blobs.video("v-1", "master.mp4"), blobs.storyboard("v-1", "s1.png")
    path.write_bytes(film.read_bytes())
    Image.new("RGB", (32, 32), "#224466").save(panel)
    board = Storyboard(
        (replace(PANEL, kind="card", footage=None, image=blobs.relative(panel)),),
        None,
        "",
        (),
        "",
        None,
        "rules",
    )
    with database.begin() as connection:
        video_in(connection, "storyboard_complete")
        video = videos.save_storyboard(connection, "v-1", board, NOW)
        sha256 = video_approving.approval_hash(connection, video, blobs)
        approvals.approve(
            connection,
            subject=video_approving.subject("v-1"),
            sha256=sha256,
            who="ada",
            what="the storyboard",
            now=NOW,
            new_id=new_id,
        )
        made = Variant(
            variant_id=new_id(),
            video_id="v-1",
            run_id="r1",
            label="master",
            element="",
            shape="9:16",
            path=blobs.relative(path),
            srt_path=None,
            vtt_path=None,
            thumbnail_path=None,
            width=180,
            height=320,
            duration_ms=2000,
            size_bytes=path.stat().st_size,
            sha256=hash_file(path),
            lufs=-14.0,
            verdict=verdict,
            approval_sha256=sha256,
        )
        return record_variant(connection, made)
