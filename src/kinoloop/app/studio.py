"""Chooses who writes, speaks and makes pictures. A key turns a service on; nothing is loaded early."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import SystemRandom
from urllib.parse import urlsplit

from pydantic import SecretStr

from kinoloop.app.llms import language_models, told
from kinoloop.app.settings import Settings
from kinoloop.core.clock import Clock
from kinoloop.core.errors import InputError
from kinoloop.core.ids import NewId
from kinoloop.core.money import usd
from kinoloop.costs.pricing import load_prices
from kinoloop.costs.records import Budgets
from kinoloop.creative.visuals.ports import VisualMaker
from kinoloop.creative.visuals.records import VisualOrder
from kinoloop.creative.voices.ports import Voice
from kinoloop.flows.make_video.studio import Models, Studio
from kinoloop.flows.tools import Tools
from kinoloop.store.blobs import Blobs
from kinoloop.store.breaker import Breaker
from kinoloop.store.pace import Pace
from kinoloop.store.session import Database
from kinoloop.vendors.http import Http
from kinoloop.vendors.kie.adapter import HOSTS as KIE_HOSTS
from kinoloop.vendors.kie.adapter import KieMaker
from kinoloop.vendors.llm.adapter import PydanticAiLlm
from kinoloop.vendors.pace import KIE_TASKS, REPLICATE_PREDICTIONS, Rate
from kinoloop.vendors.replicate.adapter import HOSTS as REPLICATE_HOSTS
from kinoloop.vendors.replicate.adapter import ReplicateMaker
from kinoloop.vendors.results import ResultSource
from kinoloop.vendors.speech.cached import CachedVoice
from kinoloop.vendors.speech.elevenlabs import ElevenLabsVoice
from kinoloop.vendors.speech.embedded import EmbeddedVoice
from kinoloop.vendors.speech.openai import OpenAiVoice

OPENAI_URL = "https://api.openai.com/v1"
OPENAI_SPEECH = ("gpt-4o-mini-tts", "alloy")
ELEVENLABS_VOICE = "21m00Tcm4TlvDq8ikWAM"


@dataclass(frozen=True)
class Tempo:
    """How a house waits: `sleep` rests, `clock` counts the turns of calls (None: the database's own time)."""

    sleep: Callable[[float], None] = time.sleep
    clock: Clock | None = None


@dataclass(frozen=True)
class Wiring:
    """What the adapters share."""

    settings: Settings
    database: Database
    clock: Clock
    clients: list[Http] = field(default_factory=list)
    """Every client that was opened, to be closed with the house."""
    tempo: Tempo = Tempo()

    def breaker(self, name: str) -> Breaker:
        return Breaker(self.database, name, threshold=3, recovery=60)

    def pace(self, name: str, rate: Rate) -> Pace:
        tempo = self.tempo
        return Pace(self.database, name, rate.limit, rate.window_seconds, tempo.clock, rest=tempo.sleep)

    def http(self, name: str) -> Http:
        self.clients.append(Http(name, random=SystemRandom()))
        return self.clients[-1]

    def close(self) -> None:
        for client in self.clients:
            client.close()

    def results(self, url: str, hosts: tuple[str, ...]) -> ResultSource:
        """Loopback results only where the service itself is a sandbox on loopback."""
        return ResultSource((*hosts, *self.settings.result_hosts), loopback_allowed=on_loopback(url))


def open_studio(
    wiring: Wiring,
    tools: Tools,
    blobs: Blobs,
    *,
    secret: str,
    new_id: NewId,
    known: Callable[[VisualOrder], str | None],
    asked_at: Callable[[VisualOrder], datetime | None],
) -> Studio:
    """The studio of these settings. Raises InputError for settings that contradict each other."""
    settings = wiring.settings
    refuse_mixture(settings)
    choices = language_models(settings)
    return Studio(
        tools=tools,
        blobs=blobs,
        clock=wiring.clock,
        new_id=new_id,
        voice=_voice(wiring, blobs.cache("voices")),
        prices=load_prices(settings.prices),
        budgets=Budgets(soft=usd(settings.budget_soft), hard=usd(settings.budget_hard)),
        secret=secret,
        llm=PydanticAiLlm(choices, wiring.breaker, random=SystemRandom()) if choices else None,
        makers=_makers(wiring, known, asked_at),
        models=_models(settings),
        callback_base=settings.public_url.rstrip("/") if settings.public_url else None,
        short_side=settings.short_side,
        tenant=settings.tenant,
    )


def refuse_mixture(settings: Settings) -> None:
    """A real service with a sandbox key, or the reverse, is a mistake that costs: refuse to start."""
    for name, key, url in (
        ("Replicate", told(settings.replicate_key), settings.replicate_url),
        ("KIE", told(settings.kie_key), settings.kie_url),
        ("ElevenLabs", told(settings.elevenlabs_key), settings.elevenlabs_url),
        ("Meta", told(settings.meta_token), settings.meta_url),
        ("HubSpot", told(settings.hubspot_token), settings.hubspot_url),
    ):
        if key is not None and key.startswith("sandbox-") != on_loopback(url):
            raise InputError(
                f"The key and the address of {name} do not belong together.",
                why="One is of the sandbox, the other is real.",
                fix="Set both to the sandbox, or both to the real service.",
            )


def on_loopback(url: str) -> bool:
    """Whether the address is this machine itself, by a literal or by its name."""
    return urlsplit(url).hostname in ("127.0.0.1", "::1", "localhost")


def _makers(
    wiring: Wiring,
    known: Callable[[VisualOrder], str | None],
    asked_at: Callable[[VisualOrder], datetime | None],
) -> Mapping[str, VisualMaker]:
    settings, makers = wiring.settings, dict[str, VisualMaker]()
    if key := told(settings.replicate_key):
        makers["replicate"] = ReplicateMaker(
            settings.replicate_url,
            key,
            wiring.http("Replicate"),
            wiring.breaker("replicate"),
            wiring.pace("replicate", REPLICATE_PREDICTIONS),
            clock=wiring.clock,
            results=wiring.results(settings.replicate_url, REPLICATE_HOSTS),
            asked_at=asked_at,
        )
    if key := told(settings.kie_key):
        makers["kie"] = KieMaker(
            settings.kie_url,
            key,
            wiring.http("KIE"),
            wiring.breaker("kie"),
            wiring.pace("kie", KIE_TASKS),
            known=known,
            results=wiring.results(settings.kie_url, KIE_HOSTS),
        )
    return makers


def _models(settings: Settings) -> dict[tuple[str, str], Models]:
    image, video = settings.replicate_image_model, settings.replicate_video_model
    return {
        ("replicate", "draft"): Models(image, video),
        ("replicate", "final"): Models(image, video),
        ("kie", "draft"): Models(None, settings.kie_draft_model),
        ("kie", "final"): Models(None, settings.kie_final_model),
    }


def _voice(wiring: Wiring, folder: Path) -> Voice:
    """Raises InputError for a vendor without its key."""
    settings = wiring.settings
    if settings.voice == "openai":
        key, (model, voice) = _needed(settings.openai_key, "OPENAI_API_KEY"), OPENAI_SPEECH
        url, http = settings.openai_url or OPENAI_URL, wiring.http("OpenAI speech")
        said = OpenAiVoice(
            url, key, model, settings.voice_name or voice, http, wiring.breaker("openai speech")
        )
        return CachedVoice(said, folder)
    if settings.voice == "elevenlabs":
        key, http = _needed(settings.elevenlabs_key, "ELEVENLABS_API_KEY"), wiring.http("ElevenLabs")
        voice = settings.voice_name or ELEVENLABS_VOICE
        return CachedVoice(
            ElevenLabsVoice(settings.elevenlabs_url, key, voice, http, wiring.breaker("elevenlabs")), folder
        )
    return EmbeddedVoice(settings.voice_name)


def _needed(secret: SecretStr | None, name: str) -> str:
    key = told(secret)
    if key is None:
        raise InputError(f"{name} is not set.", why="KINOLOOP_VOICE asks for that voice.", fix=f"Set {name}.")
    return key
