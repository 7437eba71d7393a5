"""The invoice, to the micro-dollar."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.sandbox.ledger import Ledger
from kinoloop.sandbox.prices import amount_of, price_table, units_of
from kinoloop.sandbox.testing import Sandbox
from tests.sandbox.clients import KLING, SKYREELS, control, done, kie, predict

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("vendor", "model", "unit", "quantity", "micros"),
    [
        ("replicate", "black-forest-labs/flux-schnell", "image", "4", 12_000),
        ("replicate", "black-forest-labs/flux-pro", "image", "1", 55_000),
        ("replicate", SKYREELS, "second", "30", 3_000_000),
        ("replicate", "topazlabs/video-upscale", "video", "1", 250_000),
        ("replicate", "kinoloop-lab/slow-pan", "run_second", "30.5", 42_700),
        ("kie", "veo3_fast", "second", "8", 400_000),
        ("kie", "veo3", "second", "8", 2_000_000),
        ("kie", "wan/2-6-text-to-video", "second", "5", 100_000),
        ("kie", "kling-2.6/image-to-video", "second", "10", 1_000_000),
        ("elevenlabs", "eleven_flash_v2_5", "character", "1000", 300_000),
        ("openai", "gpt-4o-mini-tts", "character", "900", 15_000),
        ("openai", "gpt-4o-mini-tts", "character", "1", 17),
        ("anthropic", "claude-sonnet-4-5", "output_token", "1000", 15_000),
        ("gemini", "gemini-2.5-flash", "input_token", "5", 2),
    ],
)
def test_published_prices(vendor: str, model: str, unit: str, quantity: str, micros: int) -> None:
    assert amount_of(vendor, model, unit, Decimal(quantity)) == micros


def test_what_is_not_sold_has_no_price() -> None:
    assert units_of("kie", "sora-9") == {}
    with pytest.raises(KeyError):
        amount_of("kie", "sora-9", "second", Decimal(1))
    assert set(price_table()) == {"replicate", "kie", "anthropic", "openai", "gemini", "elevenlabs"}


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 60)), max_size=30))
def test_charges_and_refunds_add_up(events: list[tuple[int, int]]) -> None:
    ledger = Ledger({"kie": 10**9})
    for number, seconds in events:
        ledger.charge("kie", str(number), "veo3_fast", "second", Decimal(seconds), NOW)
    ledger.refund("kie", "7")
    kept = sum(50_000 * seconds for number, seconds in events if number != 7)
    assert ledger.total() == ledger.total("kie") == kept == ledger.invoice()["total_micros"]
    assert ledger.left("kie") == 10**9 - kept and ledger.left("replicate") is None


def test_the_invoice_of_a_day(sandbox: Sandbox) -> None:
    done(sandbox, predict(sandbox)["id"])
    picture = {"prompt": "x", "image_urls": ["http://192.0.2.1/a.png"], "duration": 7}
    film = done(sandbox, predict(sandbox, SKYREELS, input=picture)["id"])
    kie(sandbox, "POST", "jobs/createTask", KLING)
    sandbox.world.advance(5)
    told = control(sandbox, "/invoice")
    assert told["total_micros"] == 3_000 + 700_000 + 500_000
    charge = told["vendors"]["replicate"]["charges"][1]
    assert charge["id"] == film["id"] and charge["micros"] == 700_000
    assert (charge["quantity"], charge["unit"], charge["model"]) == (7.0, "second", SKYREELS)
