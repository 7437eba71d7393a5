"""The sample's own house: nothing of a person gets in or is deleted, and all of it is repeatable."""

from pathlib import Path

import pytest

from kinoloop.app.settings import read_settings
from kinoloop.cli.demo.clock import SampleClock
from kinoloop.cli.demo.sample import ACCOUNT, MARK, START, Ids, emptied, house_settings, mark, tokens
from kinoloop.core.errors import ConflictError
from kinoloop.sandbox.environment import environment
from kinoloop.sandbox.keys import SandboxKeys
from kinoloop.web.pages.decide.samples import SANDBOX

PERSONAL = {
    "META_ACCESS_TOKEN": "real",
    "HUBSPOT_ACCESS_TOKEN": "real",
    "ANTHROPIC_API_KEY": "real",
    "REPLICATE_API_KEY": "real",
    "ELEVENLABS_API_KEY": "real",
    "DATABASE_URL": "postgresql://db.example/real",
    "KINOLOOP_LLM": "anthropic:real",
    "KINOLOOP_VOICE": "elevenlabs",
    "KINOLOOP_PUBLIC_URL": "https://real.example",
    "KINOLOOP_TENANT": "real",
}


def test_no_key_account_or_database_of_a_person_gets_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in PERSONAL.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("KINOLOOP_SHORT_SIDE", "540")
    person = read_settings(home=tmp_path)
    made = house_settings(tmp_path / "demo", person, environment("http://127.0.0.1:1", SandboxKeys()))
    assert "real" not in repr({name: _open(value) for name, value in made})
    assert made.url == f"sqlite:///{tmp_path / 'demo' / 'kinoloop.db'}"
    assert made.sample and made.short_side == 540
    assert (made.anthropic_key, made.replicate_key, made.llm, made.voice) == (None, None, None, "embedded")


def _open(value: object) -> object:
    return value.get_secret_value() if hasattr(value, "get_secret_value") else value


def test_an_earlier_sample_is_deleted_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    emptied(folder)
    (folder / "kinoloop.db").write_text("old")
    emptied(folder)
    assert [one.name for one in folder.iterdir()] == [MARK]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "film.mp4").write_text("dear")
    with pytest.raises(ConflictError, match="holds something that is no sample"):
        emptied(tmp_path / "mine")
    assert (tmp_path / "mine" / "film.mp4").read_text() == "dear"


def test_what_is_told_of_a_sample_stays_marked_as_one(tmp_path: Path) -> None:
    assert '"sample": true' in (mark(tmp_path, {"seed": 3}) / MARK).read_text()


def test_ids_and_tokens_are_the_same_for_the_same_seed() -> None:
    one, other, next_seed = (Ids(seed, SampleClock(START)) for seed in (7, 7, 8))
    assert [one() for _ in range(5)] == [other() for _ in range(5)]
    assert one() != next_seed()
    other()
    one.begin("days")
    other.begin("days")
    assert one() == other()
    assert tokens(7)(8) == tokens(7)(8) != tokens(8)(8)


def test_the_clock_stands_until_it_is_let_go() -> None:
    clock = SampleClock(START)
    assert clock.now() == START == clock.now()
    clock.advance(60)
    moved = clock.now()
    clock.let_go()
    first = clock.now()
    assert (moved - START).total_seconds() == 60
    assert moved <= first <= clock.now()


def test_its_account_goes_by_a_samples_name() -> None:
    assert ACCOUNT.startswith(SANDBOX)
