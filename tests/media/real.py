"""Where real footage lies; tests that need it skip with a clear word where it is absent."""

import json
import os
from pathlib import Path
from typing import Any

import pytest


def real_media() -> Path:
    default = Path(__file__).resolve().parents[3] / "shared" / "media"
    folder = Path(os.environ.get("KINOLOOP_REAL_MEDIA", default))
    if not (folder / "GROUND_TRUTH.json").is_file():
        pytest.skip(f"no real footage in {folder} (set KINOLOOP_REAL_MEDIA)")
    return folder


def ground_truth() -> dict[str, dict[str, Any]]:
    """File name -> marked boundaries, as frame numbers."""
    truth = json.loads((real_media() / "GROUND_TRUTH.json").read_text())
    return {name: marks for name, marks in truth.items() if not name.startswith("_")}
