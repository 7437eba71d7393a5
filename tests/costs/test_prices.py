"""Prices by day, the lengths on sale, and price lists that cannot be used."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.core.errors import InputError, NotFoundError
from kinoloop.costs.pricing import load_prices
from kinoloop.costs.records import Price, PriceTable, Shopping, Wanted
from kinoloop.costs.rules import (
    cost_of,
    estimate,
    panel_price,
    price_of,
    quote,
    scene_count,
    seed_estimate,
    short_name,
    sold_seconds,
)
from kinoloop.vendors.kie.models import SHAPES as KIE
from kinoloop.vendors.model_shapes import ModelShape
from kinoloop.vendors.replicate.models import SHAPES as REPLICATE

DAY = date(2026, 3, 1)
LIST = load_prices()


@pytest.mark.parametrize(
    ("provider", "model", "unit", "quantity", "micros"),
    [
        ("replicate", "flux-schnell", "image", 1, 3_000),
        ("replicate", "black-forest-labs/flux-schnell", "image", 1, 3_000),
        ("replicate", "flux-pro", "image", 2, 110_000),
        ("replicate", "skyreels-2", "second", 30, 3_000_000),
        ("replicate", "upscale", "video", 1, 250_000),
        ("replicate", "google/veo-3.1-fast", "second", 8, 1_200_000),
        ("replicate", "minimax/hailuo-02", "second", 6, 1_200_000),
        ("kie", "veo3", "second", 8, 2_000_000),
        ("kie", "veo3_fast", "second", 8, 400_000),
        ("kie", "kling", "second", 5, 500_000),
        ("kie", "wan", "second", 5, 100_000),
        ("kie", "wan-1.3b", "second", 1, 2_000),
        ("kie", "runway", "second", 1, 150_000),
        ("kie", "sora-2", "second", 1, 200_000),
        ("kie", "luma", "second", 1, 80_000),
        ("elevenlabs", "eleven_flash_v2_5", "character", 1000, 300_000),
        ("openai", "tts-1", "character", 1000, 15_000),
        ("google", "gemini-2.0-flash", "input_token", 1000, 100),
        ("google", "gemini-2.0-flash", "input_token", 4, 0),
        ("anthropic", "claude-haiku-4-5", "output_token", 1, 5),
        ("embedded", "espeak-ng", "character", 100_000, 0),
    ],
)
def test_the_list_that_comes_along(provider: str, model: str, unit: str, quantity: int, micros: int) -> None:
    price = price_of(LIST, provider, model, unit, DAY)  # type: ignore[arg-type]  # one of the units
    assert cost_of(price, quantity) == micros


@pytest.mark.parametrize(
    ("provider", "model", "shape"),
    [("replicate", *item) for item in REPLICATE.items()] + [("kie", *item) for item in KIE.items()],
)
def test_every_model_that_can_be_asked_has_a_price(provider: str, model: str, shape: ModelShape) -> None:
    unit = "image" if shape.kind == "image" else "second"
    price = price_of(LIST, provider, model, unit, DAY)  # type: ignore[arg-type]  # one of the two
    assert price.amount > 0 and set(price.steps) <= set(shape.lengths)
    assert price.steps or len(shape.lengths) != 1


def test_what_has_no_price_is_not_bought() -> None:
    with pytest.raises(InputError, match="no price for kie sora-9 per second") as caught:
        price_of(LIST, "kie", "sora-9", "second", DAY)
    assert "veo3_fast" in caught.value.why and LIST.version in caught.value.why
    with pytest.raises(InputError) as nobody:
        price_of(LIST, "nobody", "x", "image", DAY)
    assert nobody.value.why == "No price at all there."
    with pytest.raises(InputError):
        price_of(LIST, "kie", "veo3", "second", date(2025, 11, 14))


def test_the_price_of_the_day() -> None:
    days = [date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)]
    prices = tuple(
        Price("p", "m", "second", amount, since)
        for amount, since in zip((1, 3, 2), (days[0], days[2], days[1]), strict=True)
    )
    table = PriceTable("t", prices)
    assert [price_of(table, "p", "m", "second", day).amount for day in days] == [1, 2, 3]
    assert price_of(table, "p", "m", "second", date(2026, 2, 28)).amount == 2


def test_an_exact_name_goes_before_a_short_one_and_any() -> None:
    names = ("*", "name", "owner/name")
    table = PriceTable("t", tuple(Price("p", n, "image", i, DAY) for i, n in enumerate(names)))
    asked = ("owner/name", "other/name:abc", "something")
    assert [price_of(table, "p", n, "image", DAY).amount for n in asked] == [2, 1, 0]
    assert short_name("owner/name:version") == "name"


@pytest.mark.parametrize(
    ("steps", "wanted", "sold"),
    [
        ((4, 6, 8), 3, 4),
        ((4, 6, 8), 4, 4),
        ((4, 6, 8), Decimal("4.001"), 6),
        ((6, 10), 7.5, 10),
        ((5, 10), 10, 10),
        ((), 3.2, 4),
        ((), 0.1, 1),
    ],
)
def test_lengths_on_sale(steps: tuple[int, ...], wanted: float, sold: int) -> None:
    assert sold_seconds(Price("p", "m", "second", 1, DAY, steps), wanted) == sold


def test_a_length_that_nobody_sells() -> None:
    with pytest.raises(InputError, match="makes no film of 9 s") as caught:
        panel_price(LIST, "replicate", "veo-3.1-fast", 8.5, DAY)
    assert "4, 6, 8 s" in caught.value.why


def test_a_quote_of_a_storyboard() -> None:
    lines = quote(
        LIST,
        [
            Wanted("scene 1", "replicate", "veo-3.1-fast", "second", 3.4),
            Wanted("scene 2", "replicate", "skyreels-2", "second", 3.4),
            Wanted("pictures", "replicate", "flux-schnell", "image", 2),
        ],
        DAY,
    )
    assert [(one.label, one.quantity, one.price) for one in lines] == [
        ("scene 1", 4.0, 600_000),
        ("scene 2", 4.0, 400_000),
        ("pictures", 2, 6_000),
    ]
    assert panel_price(LIST, "replicate", "veo-3.1-fast", 3.4, DAY) == 600_000


def test_the_founding_documents_examples() -> None:
    """Their third one says 9.44, with 8 scenes; their own formula counts 5."""
    assert seed_estimate(30, 1, 3_000) == 3_015_000
    assert seed_estimate(60, 1, 3_000, upscale=True) == 6_280_000
    assert seed_estimate(30, 3, 55_000) == 9_275_000
    assert seed_estimate(30, 3, 55_000) + 3 * 55_000 == 9_440_000


@given(st.integers(1, 900), st.integers(1, 3), st.integers(0, 100_000))
def test_the_formula_counts_each_scene_and_second(duration: int, variations: int, image: int) -> None:
    scenes = max(3, duration // 6)
    assert scene_count(duration) == scenes
    assert seed_estimate(duration, variations, image) == scenes * image + 100_000 * duration * variations
    one_more = seed_estimate(duration, variations, image, upscale=True)
    assert one_more - seed_estimate(duration, variations, image) == 250_000


def test_an_estimate_with_everything_made_once_is_the_seeds() -> None:
    wish = Shopping(
        30, 1.0, "replicate", "flux-schnell", "skyreels-2", upscale=True, voice=("embedded", "espeak-ng"),
        characters=400,
    )  # fmt: skip
    found = estimate(wish, LIST, DAY)
    assert found.total == seed_estimate(30, 1, 3_000, upscale=True)
    assert found.scene_count == 5 and sum(line.price for line in found.lines) == found.total
    assert "5 scenes, 5 to be made" in found.basis and "2025-11-15" in found.basis


def test_an_estimate_leaves_out_what_is_there_already() -> None:
    own = estimate(Shopping(30, provider="replicate", video_model="skyreels-2"), LIST, DAY)
    assert (own.total, own.lines) == (0, ()) and own.basis.startswith("5 scenes;")
    half = Shopping(30, 0.5, "replicate", None, "skyreels-2", other_opening=True)
    found = estimate(half, LIST, DAY)
    assert found.total == 4 * 6 * 100_000
    assert "4 to be made, one of them a second opening" in found.basis
    assert estimate(Shopping(30, 0.5, "replicate", "flux-pro"), LIST, DAY).total == 3 * 55_000


def test_an_estimate_of_words() -> None:
    wish = Shopping(
        15, voice=("elevenlabs", "eleven_v3"), characters=500, llm=("anthropic", "claude-haiku-4-5"),
        tokens_in=6_000, tokens_out=4_000,
    )  # fmt: skip
    found = estimate(wish, LIST, DAY)
    assert [(line.label, line.price) for line in found.lines] == [
        ("voice", 150_000),
        ("writing: read", 6_000),
        ("writing: written", 20_000),
    ]


OWN = """version = "mine"
[[price]]
provider = "p"
model = "m"
unit = "image"
usd = "0.5"
since = 2026-01-01
"""


def test_a_list_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(OWN)
    table = load_prices(path)
    assert table == PriceTable("mine", (Price("p", "m", "image", 500_000, date(2026, 1, 1)),))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("version = ", "is no TOML"),
        ("version = 'x'", "price: Field required"),
        (OWN.replace('"0.5"', "0.5"), "usd: Input should be a valid string"),
        (OWN.replace('"image"', '"hour"'), "unit"),
        (OWN.replace('"0.5"', '"much"'), "is not an amount"),
        (OWN.replace('"0.5"', '"0.0000001"'), "finer than a millionth"),
        (OWN.replace('"0.5"', '"-1"'), "below nothing"),
        (OWN + "steps = [0]\n", "below nothing"),
        (OWN + "per = 0\n", "per"),
        (OWN + "colour = 1\n", "colour"),
        (OWN + OWN.partition("\n")[2], "two prices for p m since 2026-01-01"),
    ],
)
def test_a_list_that_cannot_be_used(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        load_prices(path)
    assert words in str(caught.value)


def test_a_list_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        load_prices(tmp_path / "none.toml")
    (tmp_path / "raw.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="is no TOML"):
        load_prices(tmp_path / "raw.toml")
