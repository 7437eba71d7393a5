"""What making a video works with, handed in by the composition root: writers, makers, voice, prices."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from kinoloop.core.clock import Clock
from kinoloop.core.errors import InputError, UnavailableError
from kinoloop.core.ids import NewId, hash_bytes
from kinoloop.costs.records import Budgets, PriceTable
from kinoloop.creative.briefs.records import Brief, Service
from kinoloop.creative.visuals.ports import VisualMaker
from kinoloop.creative.voices.ports import Voice
from kinoloop.creative.writing.ports import Llm
from kinoloop.flows.tools import Tools
from kinoloop.store.blobs import Blobs


@dataclass(frozen=True)
class Models:
    """Which models of a service make the storyboard's pictures (None: none) and the films."""

    image: str | None
    video: str


@dataclass(frozen=True)
class Patience:
    """Seconds: how long a picture and a film may take, how often to ask, at first and at most."""

    image: float = 120.0
    video: float = 900.0
    first_look: float = 2.0
    slowest_look: float = 10.0

    def of(self, kind: str) -> float:
        return self.image if kind == "image" else self.video


@dataclass(frozen=True)
class Studio:
    """`llm` None: the plain writer writes. `makers` are the services that have a key.

    `models` go by (service, tier). `callback_base` is where services may wake us (None: they are only asked);
    `secret` makes the unguessable part of those addresses.
    """

    tools: Tools
    blobs: Blobs
    clock: Clock
    new_id: NewId
    voice: Voice
    prices: PriceTable
    budgets: Budgets
    secret: str
    llm: Llm | None = None
    makers: Mapping[str, VisualMaker] = field(default_factory=dict)
    models: Mapping[tuple[str, str], Models] = field(default_factory=dict)
    callback_base: str | None = None
    patience: Patience = field(default_factory=Patience)
    short_side: int = 1080
    """Pixels of the finished films' shorter side."""
    tenant: str = "main"
    """Whose winners speak for the next plan."""

    def maker(self, service: str) -> VisualMaker:
        """Raises UnavailableError for a service without a key."""
        if service not in self.makers:
            raise UnavailableError(
                f"The service '{service}' is not set up.",
                why="It has no key in the settings.",
                fix=f"Set {service.upper()}_API_KEY, or choose own footage.",
            )
        return self.makers[service]

    def service_of(self, brief: Brief) -> Service | None:
        """The service that makes what is to be generated; None where own footage is all that is wanted.

        Raises UnavailableError when the brief wants one and none is set up.
        """
        if brief.visuals == "own":
            return None
        wanted = brief.service or next((name for name in ("replicate", "kie") if name in self.makers), None)
        self.maker(wanted or "replicate")
        return wanted

    def models_for(self, brief: Brief, service: str) -> Models:
        """Raises InputError for a tier that the service has no models for."""
        if (service, brief.tier) not in self.models:
            raise InputError(
                f"'{service}' has no models for the tier '{brief.tier}'.", fix="Choose another tier."
            )
        return self.models[service, brief.tier]

    def callback_token(self, key: str) -> str:
        """The unguessable name of one task, the same each time it is asked for."""
        return hash_bytes(f"callback:{self.secret}:{key}".encode())

    def callback_url(self, service: str, key: str) -> str | None:
        if self.callback_base is None:
            return None
        return f"{self.callback_base}/callbacks/{service}/{self.callback_token(key)}"
