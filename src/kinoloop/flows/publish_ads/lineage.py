"""Keeps what a published ad shows second by second, out of the storyboard that its film was made from.

The storyboard is the right one because its approval hash is the variant's: whoever changes a panel
afterwards changes the hash, and what was published stays as it was.
"""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection

from kinoloop.creative.renders.queries import variant as read_variant
from kinoloop.creative.renders.records import Variant
from kinoloop.creative.storyboards.records import Panel
from kinoloop.creative.videos.queries import video as read_video
from kinoloop.creative.videos.records import Video
from kinoloop.delivery.drift.records import ApprovedAd
from kinoloop.flows.make_video.approving import approval_hash
from kinoloop.flows.make_video.filming import versions_in
from kinoloop.flows.make_video.sources import UPLOAD
from kinoloop.flows.make_video.versions import Version
from kinoloop.learning.lineage import operations as lineage
from kinoloop.learning.lineage.records import Film, Scene, SceneKind, Shown, Source
from kinoloop.store.blobs import Blobs


def keep_film(connection: Connection, blobs: Blobs, approved: ApprovedAd, *, now: datetime) -> Film | None:
    """Writes down what this ad shows from its approval on; call it in the same transaction.

    None, and nothing written, when the ad shows no variant of ours, or the storyboard is another one by now:
    then its seconds stay unknown, which pages say.
    """
    if approved.variant_id is None:
        return None
    variant = read_variant(connection, approved.variant_id)
    video = read_video(connection, variant.video_id)
    version = next((one for one in versions_in(video) if one.label == variant.label), None)
    if version is None or approval_hash(connection, video, blobs) != variant.approval_sha256:
        return None
    film = film_of(video, variant, version)
    shown = Shown(
        ad_id=approved.ad_id,
        account_id=approved.account_id,
        since=approved.approved_at,
        film_sha256=film.film_sha256,
        content_sha256=approved.sha256,
        media_hash=approved.content.media_hash,
    )
    lineage.keep(connection, film, shown, now=now)
    return film


def film_of(video: Video, variant: Variant, version: Version) -> Film:
    """The variant's scenes on its own clock."""
    return Film(
        film_sha256=variant.sha256,
        video_id=video.video_id,
        variant_id=variant.variant_id,
        name=video.name,
        label=variant.label,
        element=variant.element,
        shape=variant.shape,
        scenes=tuple(_scenes(version)),
    )


def _scenes(version: Version) -> Iterator[Scene]:
    for number, (start, panel) in enumerate(zip(version.starts(), version.panels, strict=True), 1):
        yield Scene(
            number=number,
            scene_id=panel.scene_id,
            kind=_kind(panel),
            purpose=panel.purpose,
            line=panel.line,
            start_ms=start,
            end_ms=start + panel.duration_ms,
            source=_source(panel),
        )


def _kind(panel: Panel) -> SceneKind:
    """As the film was made: a card first, then a picture of one's own, else one that a service made."""
    if panel.kind == "card":
        return "card"
    if panel.footage is None:
        return "generated"
    return "upload" if panel.footage.asset_id.startswith(UPLOAD) else "footage"


def _source(panel: Panel) -> Source | None:
    """As long as the panel is seen: another opening may stand shorter than the stretch found for it."""
    found = None if panel.kind == "card" else panel.footage
    if found is None:
        return None
    out_ms = found.start_ms + panel.duration_ms
    return Source(found.asset_id, found.clip_id, found.filename, found.start_ms, out_ms)
