"""The outward calls of publishing, each made once in an account whichever runs ask for it.

What has no answer is looked for by its name, once it can no longer be on its way, before it is made again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kinoloop.core.errors import ConflictError, IntegrityError, NotFoundError, PassingError
from kinoloop.creative.plain import to_json
from kinoloop.delivery.publishing.records import AdDraft, Upload
from kinoloop.flows.publish_ads.approving import open_account
from kinoloop.flows.publish_ads.tools import Publisher, PublishTools
from kinoloop.runs.step import Step

UPLOADS = 3
"""So often a film is sent that the platform cannot use; then it is the film."""
LONGEST_WAIT = 300.0
Json = dict[str, Any]


def scope_of(account_id: str) -> str:
    """In what each call is made once: the account, whichever runs ask for it."""
    return f"publish:{account_id}"


@dataclass(frozen=True)
class Maker:
    """Makes the parts of one ad. `order` is the hash that was approved: it tells who made what."""

    step: Step
    tools: PublishTools
    publisher: Publisher
    draft: AdDraft
    order: str

    def film(self) -> Upload:
        """The film at the platform, ready for use. The same bytes are sent once."""
        name, account_id = self.draft.upload_name, self.draft.account_id
        failed: Upload | None = None
        for attempt in range(1, UPLOADS + 1):
            made = self._once(
                f"film:{self.draft.film_sha256}:{attempt}",
                {"name": name},
                lambda: self.publisher.upload(account_id, self.draft.film, name=name),
                lambda: self.publisher.find_upload(account_id, name=name),
                adopt=True,
            )
            upload = self._ready(made["id"])
            if upload is not None and upload.state == "ready":
                return upload
            failed = upload
        told = "It is gone there." if failed is None else failed.error or "It gave no reason."
        raise IntegrityError("The platform cannot use the film.", why=told, fix="Render the video again.")

    def campaign(self) -> Json:
        """`{"id", "by"}`; one of this name that was made from here is used again."""
        draft, account_id = self.draft.campaign, self.draft.account_id
        return self._once(
            f"campaign:{draft.name}",
            to_json(draft),
            lambda: self.publisher.create_campaign(account_id, draft),
            lambda: self.publisher.find_campaign(account_id, name=draft.name),
        )

    def ad_set(self, campaign_id: str) -> Json:
        """As for the campaign."""
        draft, account_id = self.draft.ad_set, self.draft.account_id
        return self._once(
            f"ad_set:{draft.name}",
            to_json(draft) | {"campaign_id": campaign_id},
            lambda: self.publisher.create_ad_set(account_id, campaign_id, draft),
            lambda: self.publisher.find_ad_set(account_id, name=draft.name),
        )

    def creative(self, video_id: str, thumbnail_url: str) -> Json:
        draft, account_id = self.draft.creative, self.draft.account_id
        return self._once(
            f"creative:{draft.name}",
            to_json(draft) | {"video_id": video_id},
            lambda: self.publisher.create_creative(account_id, video_id, draft, thumbnail_url=thumbnail_url),
            lambda: self.publisher.find_creative(account_id, name=draft.name),
        )

    def ad(self, ad_set_id: str, creative_id: str) -> Json:
        name, account_id = self.draft.name, self.draft.account_id
        return self._once(
            f"ad:{name}",
            {"name": name, "ad_set_id": ad_set_id, "creative_id": creative_id},
            lambda: self.publisher.create_ad(account_id, ad_set_id, creative_id, name=name),
            lambda: self.publisher.find_ad(account_id, name=name),
        )

    def _once(
        self,
        key: str,
        desired: Json,
        make: Callable[[], str],
        find: Callable[[], str | None],
        *,
        adopt: bool = False,
    ) -> Json:
        """`adopt`: one of this name that was there before is as good."""

        def call() -> Json:
            self._allowed()
            there = find()
            if there is not None and not adopt:
                raise taken(key, there)
            return {"id": there or make(), "by": self.order}

        def read() -> Json | None:
            self.step.rest(self.tools.settle)
            there = find()
            return None if there is None else {"id": there, "by": self.order}

        try:
            return self.step.effect(key, desired, call, read, scope=scope_of(self.draft.account_id))
        except PassingError as error:
            wait = getattr(error, "wait", None)
            if isinstance(wait, int | float):
                self.step.rest(min(float(wait), LONGEST_WAIT))
            raise

    def _allowed(self) -> None:
        """The kill switch holds here, too, up to the moment of each call."""
        with self.step.begin() as connection:
            open_account(connection, self.draft.account_id)

    def _ready(self, video_id: str) -> Upload | None:
        try:
            return self.publisher.wait_upload(video_id, seconds=self.tools.film)
        except NotFoundError:
            return None


def taken(key: str, there: str) -> ConflictError:
    kind, _, name = key.partition(":")
    return ConflictError(
        f"The account already has a {kind.replace('_', ' ')} called '{name}' ({there}).",
        why="It was not made from here, so nobody can say that it is the one that was meant.",
        fix="Choose another name.",
    )
