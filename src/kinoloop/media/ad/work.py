"""What runs inside the supervised process: one whole ad; small values in and out."""

from pathlib import Path

from kinoloop.media.ad.compose import render_ad
from kinoloop.media.ad.records import AdPlan
from kinoloop.media.encoder import Encoder
from kinoloop.media.records import Artefact
from kinoloop.media.segments import SegmentCache
from kinoloop.media.watch import Watch

MAKE_AD = "kinoloop.media.ad.work:make_ad"
"""The name by which `media.guard.guarded` calls it."""


def make_ad(
    plan: AdPlan, out: Path, encoder: Encoder, cache_folder: Path | None, *, watch: Watch
) -> Artefact:
    """Render and check the ad; encoded pieces are kept in `cache_folder` where one is given."""
    cache = None if cache_folder is None else SegmentCache(cache_folder)
    return render_ad(plan, out, encoder=encoder, cache=cache, watch=watch)
