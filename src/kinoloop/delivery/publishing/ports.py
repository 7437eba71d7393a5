"""What publishing needs of an ad platform. Everything is made PAUSED, each thing by ONE call.

Failures are those of `delivery.ports`: NotTakenError means surely nothing was made; after any other
PassingError the thing is looked for by its name before it is made again; the rest is a clear no.
"""

from pathlib import Path
from typing import Protocol

from kinoloop.delivery.publishing.records import AdSetDraft, CampaignDraft, CreativeDraft, Upload


class AdPublisher(Protocol):
    """Makes and finds. A `find_` gives None when nothing has this name, and raises ConflictError when
    several have it: then a person must say which.
    """

    def upload(self, account_id: str, film: Path, *, name: str) -> str:
        """Send a film, in pieces when it is large; gives its id. It is not ready for use yet.

        Pieces may be repeated safely. Raises NotFoundError or InputError for the file too.
        """
        ...

    def find_upload(self, account_id: str, *, name: str) -> str | None:
        """The newest whole upload of this name; one whose sending broke off is no upload."""
        ...

    def look_upload(self, video_id: str) -> Upload: ...

    def wait_upload(self, video_id: str, *, seconds: float) -> Upload:
        """Come back when the film is ready or failed. Raises PassingError when that takes longer."""
        ...

    def create_campaign(self, account_id: str, draft: CampaignDraft) -> str: ...

    def find_campaign(self, account_id: str, *, name: str) -> str | None: ...

    def create_ad_set(self, account_id: str, campaign_id: str, draft: AdSetDraft) -> str: ...

    def find_ad_set(self, account_id: str, *, name: str) -> str | None: ...

    def create_creative(
        self, account_id: str, video_id: str, draft: CreativeDraft, *, thumbnail_url: str
    ) -> str: ...

    def find_creative(self, account_id: str, *, name: str) -> str | None: ...

    def create_ad(self, account_id: str, ad_set_id: str, creative_id: str, *, name: str) -> str: ...

    def find_ad(self, account_id: str, *, name: str) -> str | None: ...
