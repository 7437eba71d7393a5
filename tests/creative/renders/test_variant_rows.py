"""Finished variants at rest: one row for each version and shape."""

from dataclasses import replace

import pytest

from kinoloop.core.errors import NotFoundError
from kinoloop.creative.renders.operations import forget_other_variants, record_variant
from kinoloop.creative.renders.queries import variant, variants
from kinoloop.creative.renders.records import Finding, Variant, Verdict
from kinoloop.creative.videos import operations as videos
from kinoloop.store.session import Database
from tests.creative.videos.fill import new_video
from tests.footage.fill import Ids

VERDICT = Verdict(
    (Finding("loudness", "degraded", "quiet", 0, 900, 2),), {"lufs": -17.5, "peak": None, "codec": "h264"}
)
FILM = Variant(
    "", "v-1", "r-1", "master", "master", "9:16", "videos/v-1/m.mp4", "m.srt", None, "m.jpg", 1080, 1920,
    30_000, 5_000_000_000, "ab" * 32, -14.1, VERDICT, "cd" * 32,
)  # fmt: skip


def test_the_same_version_and_shape_again_keeps_its_id(database: Database) -> None:
    new_id = Ids()
    with database.begin() as connection:
        new_video(connection)
        made = record_variant(connection, replace(FILM, variant_id=new_id()))
        assert variant(connection, made.variant_id) == made
        square = record_variant(connection, replace(FILM, variant_id=new_id(), shape="1:1", lufs=None))
        again = record_variant(connection, replace(FILM, variant_id=new_id(), run_id="r-2", sha256="ef" * 32))
        assert again == replace(made, run_id="r-2", sha256="ef" * 32)
        assert variants(connection, "v-1") == (again, square)
        assert square.verdict == VERDICT and square.verdict.status == "degraded"


def test_what_another_approval_made_goes(database: Database) -> None:
    new_id = Ids()
    with database.begin() as connection:
        new_video(connection)
        old = record_variant(connection, replace(FILM, variant_id=new_id()))
        new = record_variant(
            connection, replace(FILM, variant_id=new_id(), shape="1:1", approval_sha256="99" * 32)
        )
        assert forget_other_variants(connection, "v-1", approval_sha256="99" * 32) == (old.path,)
        assert variants(connection, "v-1") == (new,)


def test_variants_go_with_their_video(database: Database) -> None:
    new_id = Ids()
    with database.begin() as connection:
        new_video(connection)
        made = record_variant(connection, replace(FILM, variant_id=new_id()))
        videos.delete(connection, "v-1")
        assert variants(connection, "v-1") == ()
        for wrong in (made.variant_id, "x"):
            with pytest.raises(NotFoundError):
                variant(connection, wrong)
