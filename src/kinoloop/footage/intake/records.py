"""Footage as it rests here: one asset per content, whatever it is called and however often it comes."""

from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

from kinoloop.core.timecode import Span, exact

Status = Literal["processing", "ready", "failed"]
Kind = Literal["video", "audio"]
Outcome = Literal["new", "known", "again", "failed"]
Info = dict[str, Any]


@dataclass(frozen=True)
class Asset:
    """One piece of source footage. Paths are absolute; `error` holds what/why/fix when `status` is failed."""

    asset_id: str
    path: str
    filename: str
    size_bytes: int | None
    duration_seconds: float | None
    resolution: str | None
    format: str | None
    ingested_at: datetime
    status: Status
    source: str | None
    sha256: str | None
    error: dict[str, str] | None = None
    info: Info = field(default_factory=dict)
    analysis_path: str | None = None
    scrub_path: str | None = None
    thumbnail_path: str | None = None

    @property
    def whole(self) -> Span | None:
        """The span of the file, None while its duration is unknown."""
        return None if self.duration_seconds is None else Span(Fraction(0), exact(self.duration_seconds))

    @property
    def warnings(self) -> tuple[str, ...]:
        return tuple(self.info.get("warnings", ()))

    @property
    def degraded(self) -> tuple[str, ...]:
        """What the results of this file lack, in sentences."""
        return tuple(self.info.get("degraded", ()))


@dataclass(frozen=True)
class SeenFile:
    """A file that was read to its end: `path` is absolute with symlinks resolved."""

    path: Path
    kind: Kind
    size_bytes: int
    sha256: str


@dataclass(frozen=True)
class FileReport:
    """What became of one file of an intake. `again` is a failed asset that is tried once more."""

    path: str
    outcome: Outcome
    asset_id: str | None = None
    error: dict[str, str] | None = None

    def as_dict(self) -> dict[str, Any]:
        return {"path": self.path, "outcome": self.outcome, "asset_id": self.asset_id, "error": self.error}


@dataclass(frozen=True)
class Found:
    """Files of a folder in reading order, and those that were passed over, each with its reason."""

    files: tuple[Path, ...]
    refused: tuple[FileReport, ...] = ()


@dataclass(frozen=True)
class GridCell:
    """One cell of the footage page: the asset, how many shots it has and the best composite among them."""

    asset: Asset
    shots: int | None
    best_score: float | None


@dataclass(frozen=True)
class Overview:
    """Counts for the head of a page. `shots` counts scored shots, `clip_files` media files made."""

    assets: dict[str, int]
    shots: int
    moments: dict[str, int]
    clip_files: int
    seconds: float
