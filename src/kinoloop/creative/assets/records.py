"""A file that somebody handed in, judged by its content before its row was written."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

AssetKind = Literal["image", "video"]


@dataclass(frozen=True)
class UploadedAsset:
    """`path` is relative to the blob store; `footage_asset_id` once a film has joined the footage library."""

    asset_id: str
    client_id: str
    owner: str
    path: str
    kind: AssetKind
    name: str
    size_bytes: int
    sha256: str
    width: int
    height: int
    duration_ms: int | None
    footage_asset_id: str | None
    created_at: datetime
