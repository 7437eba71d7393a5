"""Chooses the adapters that the journeys work with. Nothing is loaded that is not configured."""

from pathlib import Path
from random import SystemRandom

from kinoloop.app.llms import language_models
from kinoloop.app.settings import Settings
from kinoloop.flows.tools import Tools
from kinoloop.footage.moments.ports import MomentChooser, Transcriber
from kinoloop.media.embed import ClipEmbedder, Embedder
from kinoloop.media.encoder import Encoder
from kinoloop.media.guard import Limits
from kinoloop.media.watch import Watch
from kinoloop.store.breaker import Breaker
from kinoloop.store.session import Database, connect
from kinoloop.vendors.llm.adapter import PydanticAiLlm
from kinoloop.vendors.llm.chooser import LlmChooser
from kinoloop.vendors.web_video.download import download
from kinoloop.vendors.whisper.supervised import SupervisedWhisper

MEGABYTE = 1 << 20


def open_database(settings: Settings) -> Database:
    """Connect to the database of the settings; the home folder is made."""
    settings.home.mkdir(parents=True, exist_ok=True)
    return connect(settings.url, profile=settings.profile)


def workshop(settings: Settings, database: Database | None = None, cache: Path | None = None) -> Tools:
    """The tools. Without a database no language model is asked: its breaker is shared there."""
    limits = Limits(memory=settings.media_memory_mb * MEGABYTE, wall=settings.media_seconds)
    return Tools(
        limits=limits,
        encoder=Encoder(video=settings.encoder, preset=settings.encoder_preset, crf=settings.encoder_quality),
        cache=cache,
        transcriber=_transcriber(settings, limits),
        chooser=None if database is None else _chooser(settings, database),
        embedder=_embedder(settings),
    )


def fetch_link(url: str, folder: Path, watch: Watch) -> Path:
    """Download a link behind the address guard."""
    return download(url, folder, watch)


def _transcriber(settings: Settings, limits: Limits) -> Transcriber | None:
    return SupervisedWhisper(settings.whisper_weights, limits) if settings.whisper_weights else None


def _embedder(settings: Settings) -> Embedder | None:
    return ClipEmbedder(settings.clip_weights) if settings.clip_weights else None


def _chooser(settings: Settings, database: Database) -> MomentChooser | None:
    choices = language_models(settings)
    if not choices:
        return None

    def breaker(name: str) -> Breaker:
        return Breaker(database, name, threshold=3, recovery=60)

    return LlmChooser(PydanticAiLlm(choices, breaker, random=SystemRandom()))
