"""The way out to HubSpot: the common client with HubSpot's own meaning of some statuses."""

import httpx2

from kinoloop.core.errors import KinoloopError
from kinoloop.vendors.http import Http
from kinoloop.vendors.hubspot.codes import refusal


class HubSpotHttp(Http):
    """As `Http`; 423, 477, the 52x and both kinds of 429 become failures that pass, with their waits."""

    def _refused(self, response: httpx2.Response, quoted: str, wish: float | None) -> KinoloopError:
        known = refusal(response.status_code, response.headers, quoted, wish)
        return known or super()._refused(response, quoted, wish)
