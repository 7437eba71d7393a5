"""`kinoloop publish` as a person uses it: a draft, a look with its hash, a yes, the paused ad."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kinoloop.app.compose import App, open_app
from kinoloop.app.settings import read_settings
from kinoloop.core.currency import Currency
from kinoloop.creative.renders.operations import record_variant
from kinoloop.creative.renders.queries import variant as known
from kinoloop.delivery.accounts.operations import save_mirror
from kinoloop.delivery.accounts.records import Mirror
from kinoloop.runs.queries import runs
from kinoloop.sandbox.testing import Sandbox, running_sandbox
from tests.cli.conftest import Ask
from tests.films import draw_film
from tests.flows.publish_ads.conftest import QUIET, rendered
from tests.web.house import START

ACCOUNT = "act_100000000000001"


@pytest.fixture
def variant(ask: Ask, tmp_path: Path) -> str:
    """A finished film in the house of `ask`."""
    film = tmp_path / "ad.mp4"
    draw_film(film, seconds=2.0, size=(180, 320))
    app = house(tmp_path)
    found = rendered(app.database, app.blobs, film).variant_id
    app.close()
    return found


@pytest.fixture
def draft(ask: Ask, tmp_path: Path) -> Path:
    """The sample, as printed."""
    path = tmp_path / "ad.toml"
    path.write_text(ask("publish", "--sample").out)
    return path


def house(tmp_path: Path) -> App:
    return open_app(read_settings(home=tmp_path / "home", database_url=None), mode="client")


@pytest.fixture
def mirrored(tmp_path: Path, variant: str) -> None:
    """An account that was read before; there is no key now."""
    app = house(tmp_path)
    with app.begin() as connection:
        seen = Mirror(ACCOUNT, "Bakery", Currency("USD"), "UTC", 100, (), START)
        save_mirror(connection, seen, tenant_id="main", platform="meta")
    app.close()


@pytest.mark.parametrize(
    ("arguments", "word"),
    [((), "Which film?"), (("v",), "Which draft?"), (("v", "--draft", "none.toml"), "no file 'none.toml'")],
)
def test_what_is_missing_is_said(ask: Ask, arguments: tuple[str, ...], word: str) -> None:
    answer = ask("publish", *arguments)
    assert answer.code in (1, 2) and word in answer.err


def test_a_look_prints_what_a_yes_covers(ask: Ask, variant: str, draft: Path, mirrored: None) -> None:
    answer = ask("publish", variant, "--draft", draft)
    assert answer.code == 0
    for words in (
        "Every morning at six.", "change nothing", "USD 20.00 a day, at most USD 35.00 on one day",
        "nothing: the ad is made off", f"Bakery ({ACCOUNT}); it is charged", "OUTCOME_TRAFFIC",
    ):  # fmt: skip
        assert words in answer.out, answer.out
    told = json.loads(ask("publish", variant, "--draft", draft, "--json").out)
    assert f"kinoloop publish {variant} --draft {draft} --yes {told['sha256']}\n" in answer.err
    assert (told["daily_budget"], told["findings"]) == (2000, [])


def test_a_yes_without_a_key_or_to_something_else_leaves_nothing(
    ask: Ask, tmp_path: Path, variant: str, draft: Path, mirrored: None
) -> None:
    sha256 = json.loads(ask("publish", variant, "--draft", draft, "--json").out)["sha256"]
    refused = ask("publish", variant, "--draft", draft, "--yes", sha256)
    assert refused.code == 1 and "META_ACCESS_TOKEN is not set" in refused.err
    other = ask("publish", variant, "--draft", draft, "--yes", "0" * 64)
    assert other.code != 0 and "changed since you looked" in other.err
    app = house(tmp_path)
    with app.begin() as connection:
        assert [one for one in runs(connection) if one.flow == "publish_ad"] == []
    app.close()


def test_a_wrong_draft_names_its_field(ask: Ask, variant: str, draft: Path, mirrored: None) -> None:
    draft.write_text(draft.read_text().replace("https://shop.example/bread", "bread"))
    answer = ask("publish", variant, "--draft", draft)
    assert answer.code == 2 and "'link' is no address of a page." in answer.err


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    with running_sandbox() as sandbox:
        for name, value in (*sandbox.environment.items(), ("META_AD_ACCOUNT_ID", ACCOUNT)):
            monkeypatch.setenv(name, value)
        yield sandbox


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_from_a_draft_to_the_paused_ad(
    sandbox: Sandbox, ask: Ask, tmp_path: Path, variant: str, draft: Path, mirrored: None
) -> None:
    app = house(tmp_path)
    with app.begin() as connection:
        record_variant(connection, replace(known(connection, variant), verdict=QUIET))
    app.close()
    look = ask("publish", variant, "--draft", draft)
    assert "Remark on the film: The film is quieter" in look.out and "--accept-degraded" in look.err
    sha256 = look.err.split("--yes ")[1].split()[0]
    assert "This variant is degraded." in ask("publish", variant, "--draft", draft, "--yes", sha256).err
    made = ask("publish", variant, "--draft", draft, "--yes", sha256, "--accept-degraded", "--json")
    assert made.code == 0, made.err
    told = json.loads(made.out)
    assert told["status"] == "PAUSED" and told["ad_id"]
    again = ask("publish", variant, "--draft", draft, "--yes", sha256, "--accept-degraded")
    assert f"Ad {told['ad_id']} of {ACCOUNT} is there, paused" in again.out
