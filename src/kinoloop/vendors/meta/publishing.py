"""Making ads at Meta: each thing by one call, paused, and found again by its name when an answer is lost."""

from typing import Any

from kinoloop.core.errors import ConflictError, PassingError
from kinoloop.delivery.publishing.records import AdSetDraft, CampaignDraft, CreativeDraft
from kinoloop.vendors.meta.client import GraphClient
from kinoloop.vendors.meta.drafts import ad_body, ad_set_body, campaign_body, creative_body
from kinoloop.vendors.meta.fields import account_path, entity_path

GONE = frozenset({"DELETED", "ARCHIVED"})


class AdMaker:
    """Makes and finds through `client`."""

    def __init__(self, client: GraphClient) -> None:
        self._client = client

    def create_campaign(self, account_id: str, draft: CampaignDraft) -> str:
        return self._made(account_id, "campaigns", campaign_body(draft))

    def create_ad_set(self, account_id: str, campaign_id: str, draft: AdSetDraft) -> str:
        return self._made(account_id, "adsets", ad_set_body(entity_path(campaign_id), draft))

    def create_creative(
        self, account_id: str, video_id: str, draft: CreativeDraft, *, thumbnail_url: str
    ) -> str:
        return self._made(
            account_id, "adcreatives", creative_body(entity_path(video_id), draft, thumbnail_url)
        )

    def create_ad(self, account_id: str, ad_set_id: str, creative_id: str, *, name: str) -> str:
        body = ad_body(entity_path(ad_set_id), entity_path(creative_id), name)
        return self._made(account_id, "ads", body)

    def find_campaign(self, account_id: str, *, name: str) -> str | None:
        return self._found(account_id, "campaigns", name)

    def find_ad_set(self, account_id: str, *, name: str) -> str | None:
        return self._found(account_id, "adsets", name)

    def find_creative(self, account_id: str, *, name: str) -> str | None:
        return self._found(account_id, "adcreatives", name)

    def find_ad(self, account_id: str, *, name: str) -> str | None:
        return self._found(account_id, "ads", name)

    def _made(self, account_id: str, edge: str, body: dict[str, Any]) -> str:
        return id_in(self._client.change(f"{account_path(account_id)}/{edge}", body))

    def _found(self, account_id: str, edge: str, name: str) -> str | None:
        """All of the edge is read and compared here: lists cannot be asked for one name."""
        told = self._client.pages(f"{account_path(account_id)}/{edge}", {"fields": "id,name,status"})
        ids = [str(one["id"]) for one in told if one.get("name") == name and one.get("status") not in GONE]
        if len(set(ids)) > 1:
            raise ConflictError(
                f"The account has several {edge} of the name '{name}'.",
                why=f"They are {', '.join(ids[:5])}.",
                fix="Rename or delete those that are not meant, then try again.",
            )
        return ids[0] if ids else None


def id_in(told: dict[str, Any]) -> str:
    """The id of what was made. Raises PassingError when the answer has none: it may have been made."""
    made = told.get("id") or told.get("video_id")
    if not isinstance(made, str) or not made:
        raise PassingError(
            "Meta answered without an id.", why="It may have been made.", fix="It is looked for by its name."
        )
    return made
