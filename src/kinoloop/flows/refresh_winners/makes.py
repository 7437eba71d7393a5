"""What the ads of an account are made of: from the approved variant of each to its scenes and shots."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from sqlalchemy import Connection

from kinoloop.core.errors import NotFoundError
from kinoloop.creative.renders.queries import variant as read_variant
from kinoloop.creative.renders.records import Variant
from kinoloop.creative.storyboards.records import Panel
from kinoloop.creative.videos.queries import video as read_video
from kinoloop.creative.videos.records import Video
from kinoloop.delivery.drift.queries import approved_ads
from kinoloop.delivery.drift.records import ApprovedAd
from kinoloop.flows.make_video.versions import versions_of
from kinoloop.footage.analysis.queries import shot as read_shot
from kinoloop.footage.analysis.records import Shot
from kinoloop.learning.winners.queries import dna as known_dna
from kinoloop.learning.winners.records import TRAITS, Content, Dna
from kinoloop.learning.winners.rules.content import content_of
from kinoloop.learning.winners.rules.traits import pictured, read

CHANGED = "the video was changed after this version was rendered"


def new_dna(connection: Connection, tenant_id: str, account_id: str) -> tuple[Dna, ...]:
    """The DNA of each ad that was published from here and is not known yet, or shows another variant now."""
    known = {one.ad_id: one for one in known_dna(connection, tenant_id, account_id=account_id)}
    return tuple(
        one
        for ad in approved_ads(connection, account_id)
        for one in _dna(connection, ad, known.get(ad.ad_id))
    )


def _dna(connection: Connection, ad: ApprovedAd, known: Dna | None) -> Iterator[Dna]:
    if ad.variant_id is None or (known is not None and known.variant_id == ad.variant_id):
        return
    try:
        variant = read_variant(connection, ad.variant_id)
        video = read_video(connection, variant.video_id)
    except NotFoundError:  # the video was deleted: what it was made of is gone with it
        return
    panels = _panels(video, variant)
    if panels is None:
        untold = dict.fromkeys(TRAITS, CHANGED)
        traits: dict[str, str | None] = dict.fromkeys(TRAITS)
        yield _made(ad, video, variant, Content(None, None, None, CHANGED), traits=traits, untold=untold)
        return
    shots = shots_of(connection, panels)
    found = read(video.brief, panels, shots)
    content = content_of(pictured(panels, shots))
    yield _made(ad, video, variant, content, found.traits, found.untold, found.said)


def shots_of(connection: Connection, panels: Iterable[Panel]) -> dict[str, Shot]:
    """The analysed shots that panels show, by clip id; those that are gone are left out."""
    found = {}
    for clip_id in {one.footage.clip_id for one in panels if one.footage and one.footage.clip_id}:
        try:
            found[clip_id] = read_shot(connection, clip_id)
        except NotFoundError:
            continue
    return found


def _panels(video: Video, variant: Variant) -> Sequence[Panel] | None:
    """The scenes of this version; None when the video is no longer what the version was made of."""
    if video.script is None or video.storyboard is None or video.approved_sha256 != variant.approval_sha256:
        return None
    versions, _ = versions_of(video.brief, video.script, video.storyboard)
    return next((one.panels for one in versions if one.label == variant.label), None)


def _made(
    ad: ApprovedAd,
    video: Video,
    variant: Variant,
    content: Content,
    traits: Mapping[str, str | None],
    untold: Mapping[str, str],
    said: tuple[tuple[str, str], ...] = (),
) -> Dna:
    return Dna(
        ad_id=ad.ad_id,
        account_id=ad.account_id,
        client_id=video.client_id,
        video_id=video.video_id,
        variant_id=variant.variant_id,
        traits=traits,
        untold=untold,
        said=said,
        content=content,
    )
