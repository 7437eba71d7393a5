"""The composition root: settings from the environment, a kept token, adapters chosen only when configured."""

from pathlib import Path

import pytest

from kinoloop.app.compose import open_app
from kinoloop.app.settings import read_settings
from kinoloop.app.tools import workshop
from kinoloop.core.errors import InputError, UnavailableError
from kinoloop.flows.order import ClipOrder
from kinoloop.vendors.llm.chooser import LlmChooser
from kinoloop.vendors.whisper.supervised import SupervisedWhisper


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:secret@db/one")
    monkeypatch.setenv("KINOLOOP_MEDIA_ROOTS", f"{tmp_path}:/srv/footage")
    monkeypatch.setenv("KINOLOOP_HOSTS", "box.local, studio")
    settings = read_settings()
    assert settings.url == "postgresql://me:secret@db/one"
    assert settings.roots == (tmp_path, Path("/srv/footage"))
    assert settings.hosts == ("box.local", "studio")
    assert "me:secret" not in repr(settings)
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.delenv("KINOLOOP_MEDIA_ROOTS")
    settings = read_settings(home=tmp_path)
    assert settings.url == f"sqlite:///{tmp_path}/kinoloop.db" and settings.roots == (Path.cwd(),)


def test_the_token_is_made_once_and_kept_to_the_owner(tmp_path: Path) -> None:
    house = open_app(read_settings(home=tmp_path, database_url=None), mode="client")
    try:
        assert len(house.token) >= 32 and house.token == house.token
        assert (tmp_path / "token").stat().st_mode & 0o777 == 0o600
    finally:
        house.close()
    named = open_app(read_settings(home=tmp_path, database_url=None, token="mine"), mode="client")
    try:
        assert named.token == "mine"
        assert {part.name for part in named.health()} >= {"database", "media", "faces"}
    finally:
        named.close()


def test_adapters_are_chosen_only_when_configured(tmp_path: Path) -> None:
    bare = workshop(read_settings(home=tmp_path))
    assert (bare.transcriber, bare.chooser, bare.embedder) == (None, None, None)
    settings = read_settings(
        home=tmp_path,
        database_url=None,
        whisper_weights=tmp_path,
        llm_url="http://127.0.0.1:1/v1",
        llm_key="k",
        llm_model="m",
    )
    house = open_app(settings, mode="client")
    try:
        assert isinstance(house.tools.transcriber, SupervisedWhisper)
        assert isinstance(house.tools.chooser, LlmChooser)
        assert workshop(settings).chooser is None
    finally:
        house.close()
    with pytest.raises(UnavailableError, match="clip_visual"):
        workshop(read_settings(home=tmp_path, clip_weights=tmp_path))


@pytest.mark.parametrize(
    "wrong",
    [
        {"aspect": "3:7"},
        {"height": 9},
        {"mode": "sad"},
        {"max_moments": 0},
        {"colour": "red"},
        {"min_duration": "x"},
    ],
)
def test_orders_that_cannot_be_filled(wrong: dict[str, object]) -> None:
    with pytest.raises(InputError) as refused:
        ClipOrder.from_json(wrong)
    assert refused.value.what


def test_an_order_survives_json() -> None:
    order = ClipOrder(mode="key_moments", aspect="1:1", max_moments=5, height=720)
    assert ClipOrder.from_json(order.as_json()) == order
    assert order.request().mode == "highlights" and order.pixels_high == 720
    assert ClipOrder.from_json(None).ratio is not None
