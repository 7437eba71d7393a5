"""Fills the ports AdPlatform, AdPublisher and InsightSource with Meta, or with what behaves like it."""

import time
from collections.abc import Callable

from kinoloop.core.clock import Clock
from kinoloop.vendors.guarding import CallGuard
from kinoloop.vendors.meta.actions import results_of
from kinoloop.vendors.meta.client import VERSION, GraphClient
from kinoloop.vendors.meta.films import FilmSender
from kinoloop.vendors.meta.publishing import AdMaker
from kinoloop.vendors.meta.reading import AccountReader
from kinoloop.vendors.meta.reports import InsightReader
from kinoloop.vendors.meta.usage import Usage
from kinoloop.vendors.meta.wire import GraphHttp
from kinoloop.vendors.meta.writing import ChangeWriter
from kinoloop.vendors.pace import Pacer


class MetaPlatform:
    """One tenant's Meta. `app_secret` may be empty where the app does not demand its proof.

    `on_warning` hears (once per text) that the API version is about to end. `sleep` rests between looks at a
    report or a film. Reports have an allowance of their own at Meta: with `reports_pace`, one that is spent
    does not hold up changes. Each method is described in its port, and where it is written.
    """

    name = "meta"

    def __init__(
        self,
        base_url: str,
        token: str,
        app_secret: str,
        http: GraphHttp,
        breaker: CallGuard,
        pace: Pacer,
        *,
        clock: Clock,
        reports_pace: Pacer | None = None,
        version: str = VERSION,
        on_warning: Callable[[str], None] = lambda text: None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        def client_at(turns: Pacer) -> GraphClient:
            return GraphClient(
                base_url, token, app_secret, http, breaker, turns, version=version, on_warning=on_warning
            )

        client, reporting = client_at(pace), client_at(reports_pace or pace)
        reader, writer, maker = AccountReader(client, clock), ChangeWriter(client), AdMaker(client)
        films, reports = FilmSender(client, sleep=sleep), InsightReader(reporting, sleep=sleep)
        self._client = client
        self.look, self.mirror, self.served = reader.look, reader.mirror, reader.served
        self.write, self.write_all = writer.write, writer.write_all
        self.insights, self.results = reports.insights, results_of
        self.upload, self.find_upload = films.upload, films.find_upload
        self.look_upload, self.wait_upload = films.look_upload, films.wait_upload
        self.create_campaign, self.find_campaign = maker.create_campaign, maker.find_campaign
        self.create_ad_set, self.find_ad_set = maker.create_ad_set, maker.find_ad_set
        self.create_creative, self.find_creative = maker.create_creative, maker.find_creative
        self.create_ad, self.find_ad = maker.create_ad, maker.find_ad

    @property
    def usage(self) -> Usage:
        """Of Meta's allowances, as the last answer told it."""
        return self._client.usage

    @property
    def version_warning(self) -> str:
        """What Meta last said about the end of this version of its API; empty when nothing."""
        return self._client.version_warning
