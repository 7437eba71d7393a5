"""What the journeys work with, handed in by the composition root: limits, encoder, cache, optional models."""

from dataclasses import dataclass, field
from pathlib import Path

from kinoloop.footage.moments.ports import MomentChooser, Transcriber
from kinoloop.media.embed import Embedder
from kinoloop.media.encoder import Encoder
from kinoloop.media.guard import DEFAULT, Limits


@dataclass(frozen=True)
class Tools:
    """`transcriber`, `chooser` and `embedder` are None where nothing is configured."""

    limits: Limits = DEFAULT
    encoder: Encoder = field(default_factory=Encoder)
    cache: Path | None = None
    transcriber: Transcriber | None = None
    chooser: MomentChooser | None = None
    embedder: Embedder | None = None
