"""Encoder settings are translated per codec and refused with a reason when this build lacks them."""

import pytest

from kinoloop.core.errors import UnavailableError
from kinoloop.media.encoder import DEFAULT, PREVIEW, Encoder


def test_the_default_exists_and_speaks_x264() -> None:
    assert DEFAULT.require() is DEFAULT
    assert DEFAULT.picture_options() == {"preset": "veryfast", "crf": "20", "x264-params": "rc-lookahead=15"}


@pytest.mark.parametrize(
    ("video", "some"),
    [
        ("libsvtav1", {"preset": "10", "crf": "32"}),
        ("h264_nvenc", {"preset": "p2", "cq": "23"}),
        ("libopenh264", {"rc_mode": "quality"}),
        ("libx265", {"preset": "veryfast", "crf": "20"}),
        ("libvpx-vp9", {"crf": "20"}),
    ],
)
def test_other_codecs(video: str, some: dict[str, str]) -> None:
    options = Encoder(video=video).picture_options()
    assert some.items() <= options.items()


@pytest.mark.parametrize(
    ("encoder", "said"),
    [
        (Encoder(video="libmagic"), "video encoder 'libmagic' is not available"),
        (Encoder(audio="libfdk_magic"), "audio encoder 'libfdk_magic' is not available"),
        (Encoder(video="aac"), "'aac' is not a video encoder"),
        (Encoder(preset="warp"), "preset 'warp'"),
    ],
)
def test_what_is_missing_is_told(encoder: Encoder, said: str) -> None:
    with pytest.raises(UnavailableError, match=said) as caught:
        encoder.require()
    assert caught.value.fix


def test_the_key_changes_with_anything_that_changes_bytes() -> None:
    keys = {DEFAULT.key, PREVIEW.key, Encoder(crf=21).key, Encoder(extra=(("g", "50"),)).key}
    assert len(keys) == 4
    assert Encoder().key == DEFAULT.key
    assert Encoder(extra=(("g", "50"),)).picture_options()["g"] == "50"
