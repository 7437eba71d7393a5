"""A finished clip: a media file that was verified, and where its companions lie."""

from dataclasses import dataclass
from datetime import datetime

from kinoloop.core.timecode import Span


@dataclass(frozen=True)
class ClipFile:
    """`span` is in the source, `duration_seconds` measured on the file; `aspect` is `9:16`, or `source`."""

    clip_file_id: str
    moment_id: str | None
    asset_id: str
    run_id: str
    span: Span
    aspect: str
    path: str
    srt_path: str | None
    vtt_path: str | None
    thumbnail_path: str | None
    width: int
    height: int
    duration_seconds: float
    size_bytes: int
    sha256: str
    lufs: float | None
    created_at: datetime
