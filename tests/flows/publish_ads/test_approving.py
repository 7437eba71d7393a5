"""One yes over film, words, money and where they come from; whatever changes, it does not hold."""

from dataclasses import replace

import pytest

from kinoloop.approvals import operations as approvals
from kinoloop.core.errors import ConflictError, ForbiddenError, InputError, IntegrityError, NotFoundError
from kinoloop.creative.renders.operations import record_variant
from kinoloop.creative.renders.records import Verdict
from kinoloop.creative.videos import operations as videos
from kinoloop.delivery.accounts import operations as accounts
from kinoloop.delivery.publishing.records import AdDraft
from kinoloop.flows.make_video.approving import subject as video_subject
from kinoloop.flows.publish_ads import approving
from tests.creative.videos.fill import SCRIPT
from tests.flows.publish_ads.conftest import BLACK, QUIET, Room
from tests.vendors.meta.sandboxed import NOW, USD


def seen(room: Room) -> approving.Seen:
    with room.database.read() as connection:
        return approving.look(connection, room.tools, room.variant.variant_id, room.draft)


def judged(room: Room, verdict: Verdict) -> None:
    with room.database.begin() as connection:
        room.variant = record_variant(connection, replace(room.variant, verdict=verdict))


def refused(room: Room, sha256: str, match: str) -> None:
    """The run ends before the platform was even opened."""
    with pytest.raises((ForbiddenError, IntegrityError, ConflictError), match=match):
        room.publish(sha256)


def test_a_yes_covers_exactly_what_was_seen(room: Room) -> None:
    first = seen(room)
    assert first.findings == () and first.draft.film.is_file()
    assert room.approve(sha256=first.sha256) == first.sha256
    room.draft = replace(room.draft, name="another")
    with pytest.raises(ConflictError, match="changed since you looked"):
        room.approve(sha256=first.sha256)


def test_nothing_is_sent_without_a_yes(room: Room) -> None:
    refused(room, seen(room).sha256, "not approved")


@pytest.mark.parametrize(
    "changed",
    [
        lambda draft: replace(draft, creative=replace(draft.creative, body="Every morning at seven.")),
        lambda draft: replace(draft, creative=replace(draft.creative, toggles={"enhance_cta": True})),
        lambda draft: replace(draft, ad_set=replace(draft.ad_set, daily_budget=2001)),
        lambda draft: replace(draft, ad_set=replace(draft.ad_set, targeting={"geo_locations": {}})),
    ],
)
def test_another_word_or_amount_is_not_approved(room: Room, changed: object) -> None:
    sha256 = room.approve()
    change = changed
    assert callable(change)
    altered: AdDraft = change(room.draft)
    room.draft = altered
    assert seen(room).sha256 != sha256
    refused(room, sha256, "has changed since")


def test_one_byte_of_the_film_is_enough(room: Room) -> None:
    sha256 = room.approve()
    path = room.tools.blobs.path(room.variant.path)
    film = bytearray(path.read_bytes())
    film[len(film) // 2] ^= 1
    path.write_bytes(film)
    refused(room, sha256, "not the one that was checked")
    path.unlink()
    with pytest.raises(IntegrityError):
        room.approve()


def test_one_byte_of_a_panel_or_one_word_of_the_script_is_enough(room: Room) -> None:
    sha256 = room.approve()
    panel = room.tools.blobs.storyboard("v-1", "s1.png")
    was = panel.read_bytes()
    panel.write_bytes(was + b"\0")
    refused(room, sha256, "video was changed")
    panel.write_bytes(was)
    with room.database.begin() as connection:
        lines = (replace(SCRIPT.lines[0], text="180 g?"),)
        videos.save_script(connection, "v-1", replace(SCRIPT, lines=lines), NOW)
    refused(room, sha256, "video was changed")


def test_a_storyboard_that_is_no_longer_approved_stops_it(room: Room) -> None:
    sha256 = room.approve()
    with room.database.begin() as connection:
        approvals.void_all(connection, video_subject("v-1"), reason="second thoughts", now=NOW)
    refused(room, sha256, "not approved")


def test_a_degraded_variant_needs_an_explicit_yes_and_a_blocked_one_gets_none(room: Room) -> None:
    judged(room, QUIET)
    with pytest.raises(ForbiddenError, match="quieter than players expect"):
        room.approve()
    sha256 = room.approve(accept_degraded=True)
    assert seen(room).sha256 == sha256
    assert seen(room).findings == ("The film is quieter than players expect.",)
    judged(room, BLACK)
    with pytest.raises(ForbiddenError, match="Scene 1 is black"):
        room.approve(accept_degraded=True)
    refused(room, sha256, "Scene 1 is black")


def test_a_verdict_that_got_worse_voids_the_yes(room: Room) -> None:
    sha256 = room.approve()
    judged(room, QUIET)
    refused(room, sha256, "has changed since")


def test_a_closed_account_is_not_written_to(room: Room) -> None:
    sha256 = room.approve()
    with room.database.begin() as connection:
        accounts.set_authority(connection, USD, "off", who="eve", now=NOW)
    refused(room, sha256, "switched off")
    with room.database.begin() as connection:
        accounts.set_authority(connection, USD, "draft", who="eve", now=NOW)
        accounts.kill(connection, USD, who="eve", reason="too much", now=NOW)
    refused(room, sha256, "eve stopped it: too much")


def test_drafts_that_cannot_be_are_refused(room: Room) -> None:
    whole = room.draft
    shared = replace(whole.campaign, daily_budget=3000)
    for wrong, why in (
        (replace(whole, campaign=shared), "Both have one"),
        (replace(whole, ad_set=replace(whole.ad_set, daily_budget=None)), "Neither has one"),
        (replace(whole, creative=replace(whole.creative, name=" ")), "no name"),
    ):
        room.draft = wrong
        with pytest.raises(InputError, match=why):
            seen(room)
    room.draft = replace(whole, film_sha256="ab" * 32)
    with pytest.raises(ConflictError, match="another film"):
        seen(room)
    room.draft = replace(whole, account_id="act_9")
    with pytest.raises(NotFoundError):
        seen(room)
