"""The run that makes one ad, PAUSED: film, campaign, ad set, creative, ad; read back; recorded as approved.

Each outward call is an effect, so that a crash or a lost answer anywhere makes nothing twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kinoloop.core.errors import IntegrityError
from kinoloop.creative.plain import from_json
from kinoloop.delivery.accounts.records import LiveTree
from kinoloop.delivery.accounts.seeing import saw_tree
from kinoloop.delivery.drift import operations as drift
from kinoloop.delivery.drift.records import AdContent, ApprovedAd, Difference
from kinoloop.delivery.drift.rules import content_hash
from kinoloop.delivery.publishing.records import AdDraft
from kinoloop.flows.publish_ads.approving import Seen, approval_of, check_film, look, plain_draft
from kinoloop.flows.publish_ads.comparing import Made, content_differences, tree_differences
from kinoloop.flows.publish_ads.lineage import keep_film
from kinoloop.flows.publish_ads.making import Maker
from kinoloop.flows.publish_ads.tools import PublishTools
from kinoloop.runs.flow import Flow, Run
from kinoloop.runs.step import Step

NAME = "publish_ad"
STEPS = ("check", "film", "campaign", "ad set", "creative", "ad", "compare")
RETRIES = 5
LOOKS = 3
"""What was just made may be shown incompletely for a moment."""
Json = dict[str, Any]


def payload_of(variant_id: str, draft: AdDraft, sha256: str) -> Json:
    """What the run is started with; `sha256` is what `approving.approve` gave."""
    return {"variant_id": variant_id, "draft": plain_draft(draft), "sha256": sha256}


@dataclass(frozen=True)
class PublishAds:
    """The flow with its tools."""

    tools: PublishTools

    def flow(self) -> Flow:
        return Flow(NAME, "poll", self.body, lambda p: f"Publish {p['draft']['name']}", STEPS)

    def body(self, run: Run, payload: Json) -> Json:
        """`{"ad_id", "creative_id", "ad_set_id", "campaign_id", "video_id", "sha256"}`."""
        run.step("check", self.check, payload)
        made, pause = dict[str, Json](), self.tools.backoff
        for name, work in (
            ("film", self.film),
            ("campaign", self.campaign),
            ("ad set", self.ad_set),
            ("creative", self.creative),
            ("ad", self.ad),
        ):
            made[name] = run.step(name, work, payload | {"made": made}, retries=RETRIES, backoff=pause)
        return run.step("compare", self.compare, payload | {"made": made}, retries=RETRIES, backoff=pause)

    def check(self, step: Step, payload: Json) -> Json:
        return {"account": self._seen(step, payload).account.name}

    def film(self, step: Step, payload: Json) -> Json:
        step.progress(0, 1, "Sending the film")
        upload = self._maker(step, payload)[1].film()
        if upload.thumbnail_url is None:
            raise IntegrityError("The platform made no still of the film.", fix="Publish again later.")
        return {"id": upload.video_id, "thumbnail_url": upload.thumbnail_url}

    def campaign(self, step: Step, payload: Json) -> Json:
        return self._maker(step, payload)[1].campaign()

    def ad_set(self, step: Step, payload: Json) -> Json:
        return self._maker(step, payload)[1].ad_set(payload["made"]["campaign"]["id"])

    def creative(self, step: Step, payload: Json) -> Json:
        film = payload["made"]["film"]
        return self._maker(step, payload)[1].creative(film["id"], film["thumbnail_url"])

    def ad(self, step: Step, payload: Json) -> Json:
        made = payload["made"]
        return self._maker(step, payload)[1].ad(made["ad set"]["id"], made["creative"]["id"])

    def compare(self, step: Step, payload: Json) -> Json:
        """What the platform shows, against the draft; only what is the same is recorded as approved."""
        seen, maker = self._maker(step, payload)
        made = _made(payload)
        live, shown, wrong = self._looked(step, maker, made)
        if wrong or shown is None:
            self._say(step, seen.draft, made, wrong)
            raise differs(made.ad_id, wrong)
        with step.begin() as connection:
            approval = approval_of(
                connection, look(connection, self.tools, payload["variant_id"], seen.draft)
            )
            saw_tree(connection, live, self.tools.clock.now())
            approved = drift.approve_content(
                connection,
                ApprovedAd(
                    ad_id=made.ad_id,
                    account_id=seen.draft.account_id,
                    content=shown,
                    sha256=content_hash(shown),
                    approved_by=approval.who,
                    approved_at=approval.at,
                    video_id=seen.variant.video_id,
                    variant_id=seen.variant.variant_id,
                ),
                new_id=self.tools.new_id,
            )
            keep_film(connection, self.tools.blobs, approved, now=self.tools.clock.now())
            step.event("ad_published", f"'{seen.draft.name}' is at the platform, off", ad_id=made.ad_id)
        ids = ("ad_id", "creative_id", "ad_set_id", "campaign_id", "video_id")
        return {name: getattr(made, name) for name in ids} | {"sha256": approved.sha256}

    def _looked(
        self, step: Step, maker: Maker, made: Made
    ) -> tuple[LiveTree, AdContent | None, tuple[Difference, ...]]:
        """As soon as all is as drafted, at the latest after the third look."""
        account_id, draft = maker.draft.account_id, maker.draft
        for number in range(1, LOOKS + 1):
            step.progress(number - 1, LOOKS, "Reading what the platform shows")
            live = maker.publisher.look(account_id, "ad", made.ad_id)
            shown = maker.publisher.served(account_id, [made.ad_id])
            content = shown[0].content if shown else None
            wrong = tree_differences(draft, made, live)
            wrong += content_differences(draft, made, content) if content else ()
            if (content is not None and not wrong) or number == LOOKS:
                break
            step.rest(self.tools.settle)
        return live, content, wrong

    def _say(self, step: Step, draft: AdDraft, made: Made, wrong: Sequence[Difference]) -> None:
        fields = ", ".join(one.field for one in wrong) or "everything"
        step.event(
            "ad_not_as_drafted",
            f"The platform shows '{draft.name}' otherwise than approved: {fields}",
            severity="warning",
            ad_id=made.ad_id,
        )

    def _maker(self, step: Step, payload: Json) -> tuple[Seen, Maker]:
        seen = self._seen(step, payload)
        publisher = self.tools.publisher_for(seen.account)
        return seen, Maker(step, self.tools, publisher, seen.draft, seen.sha256)

    def _seen(self, step: Step, payload: Json) -> Seen:
        """Still approved, whole and allowed: asked at every step, for it may be days later."""
        with step.begin() as connection:
            seen = look(connection, self.tools, payload["variant_id"], drafted(payload))
            approval_of(connection, seen)
        check_film(seen)
        return seen


def drafted(payload: Json) -> AdDraft:
    """The draft as `payload_of` wrote it; where the film lies, `look` finds out."""
    draft: AdDraft = from_json(AdDraft, payload["draft"] | {"film": ""})
    return draft


def differs(ad_id: str, wrong: Sequence[Difference]) -> IntegrityError:
    told = "; ".join(f"{one.field} is {one.served!r}, not {one.approved!r}" for one in wrong[:5])
    return IntegrityError(
        f"The ad {ad_id} is not as it was approved.",
        why=f"{told}." if told else "The platform does not show it.",
        fix="It is off and not recorded as approved. Mend or delete it there, then publish again.",
    )


def _made(payload: Json) -> Made:
    made = payload["made"]
    return Made(
        campaign_id=made["campaign"]["id"],
        ad_set_id=made["ad set"]["id"],
        creative_id=made["creative"]["id"],
        ad_id=made["ad"]["id"],
        video_id=made["film"]["id"],
        own_campaign=made["campaign"]["by"] == payload["sha256"],
        own_ad_set=made["ad set"]["by"] == payload["sha256"],
    )
