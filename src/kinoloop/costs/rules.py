"""Prices by day, lengths that are on sale, quotes and estimates."""

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_CEILING, Decimal

from kinoloop.core.errors import InputError
from kinoloop.core.money import Micros, show_usd, times
from kinoloop.costs.records import Estimate, Price, PriceTable, QuoteLine, Shopping, Unit, Wanted

FEWEST_SCENES = 3
SECONDS_PER_SCENE = 6
SEED_SECOND = 100_000
SEED_UPSCALE = 250_000
ANY = "*"


def price_of(table: PriceTable, provider: str, model: str, unit: Unit, on: date) -> Price:
    """The price that holds on a day: of the exact model, of its short name, or of any model of the provider.

    The short name of `owner/name:version` is `name`. Raises InputError for what is not on the list that day.
    """
    for name in dict.fromkeys((model, short_name(model), ANY)):
        held = [p for p in table.prices if (p.provider, p.model, p.unit) == (provider, name, unit)]
        if valid := [p for p in held if p.since <= on]:
            return max(valid, key=lambda price: price.since)
    known = sorted({p.model for p in table.prices if p.provider == provider})
    raise InputError(
        f"There is no price for {provider} {model} per {unit.replace('_', ' ')} on {on}.",
        why=f"Price list {table.version} knows {', '.join(known)} there."
        if known
        else "No price at all there.",
        fix="Add it to a price list of your own: nothing is bought without a price.",
    )


def short_name(model: str) -> str:
    """`owner/name:version` -> `name`."""
    return model.rsplit("/", 1)[-1].split(":", 1)[0]


def cost_of(price: Price, quantity: Decimal | int | float) -> Micros:
    """Micro-dollars for so many units, rounded half up."""
    return times(price.amount, Decimal(str(quantity)) / price.per)


def sold_seconds(price: Price, seconds: Decimal | int | float) -> int:
    """The shortest length on sale that covers it, in whole seconds. Raises InputError when there is none."""
    wanted = int(Decimal(str(seconds)).to_integral_value(ROUND_CEILING))
    if not price.steps:
        return max(1, wanted)
    fitting = [step for step in sorted(price.steps) if step >= wanted]
    if fitting:
        return fitting[0]
    raise InputError(
        f"{price.provider} {price.model} makes no film of {wanted} s.",
        why=f"It sells {', '.join(map(str, sorted(price.steps)))} s.",
        fix="Make the scene shorter, split it, or choose another model.",
    )


def panel_price(
    table: PriceTable, service: str, model: str, seconds: Decimal | int | float, on: date
) -> Micros:
    """What the film of one scene costs. Raises InputError."""
    return _line(table, Wanted("", service, model, "second", float(seconds)), on).price


def quote(table: PriceTable, wanted: Iterable[Wanted], on: date) -> tuple[QuoteLine, ...]:
    """Each thing with its price on that day. Raises InputError for what has none."""
    return tuple(_line(table, one, on) for one in wanted)


def scene_count(duration: int) -> int:
    """The seed's count of scenes of a film of so many seconds."""
    return max(FEWEST_SCENES, duration // SECONDS_PER_SCENE)


def seed_estimate(
    duration: int,
    variations: int,
    image_price: Micros,
    second_price: Micros = SEED_SECOND,
    upscale: bool = False,
) -> Micros:
    """The seed's formula: scene_count images, and every second of every variation made anew.

    30 s once at $0.003: $3.015; 60 s upscaled: $6.28; 30 s HD three times: $9.275. The founding documents
    give $9.44 for the last one, with 8 scenes where their own formula has 5.
    """
    images = scene_count(duration) * image_price
    return images + second_price * duration * variations + (SEED_UPSCALE if upscale else 0)


def estimate(shopping: Shopping, table: PriceTable, on: date) -> Estimate:
    """What an ad will probably cost: generated scenes once, variants reuse them. Raises InputError.

    Each scene lasts duration / scene_count and is bought in the lengths on sale, so a model that sells 4, 6
    and 8 s costs more than its price per second says.
    """
    scenes = scene_count(shopping.duration)
    lines = quote(table, _shopping_list(shopping, scenes), on)
    total = sum(line.price for line in lines)
    return Estimate(total, lines, scenes, _basis(shopping, scenes, table, total))


def made_scenes(shopping: Shopping, scenes: int) -> int:
    """How many scenes a service makes, the other opening among them."""
    if not shopping.generated or shopping.provider is None:
        return 0
    share = Decimal(str(shopping.generated)) * scenes
    return int(share.to_integral_value(ROUND_CEILING)) + shopping.other_opening


def _shopping_list(shopping: Shopping, scenes: int) -> Iterable[Wanted]:
    made = made_scenes(shopping, scenes)
    each = shopping.duration / scenes
    if made and shopping.provider is not None:
        if shopping.image_model is not None:
            yield Wanted("storyboard pictures", shopping.provider, shopping.image_model, "image", made)
        if shopping.video_model is not None:
            for number in range(1, made + 1):
                yield Wanted(f"scene {number}", shopping.provider, shopping.video_model, "second", each)
        if shopping.upscale:
            yield Wanted("upscaling", shopping.provider, "upscale", "video", 1)
    if shopping.voice is not None and shopping.characters:
        yield Wanted("voice", *shopping.voice, "character", shopping.characters)
    if shopping.llm is not None:
        yield Wanted("writing: read", *shopping.llm, "input_token", shopping.tokens_in)
        yield Wanted("writing: written", *shopping.llm, "output_token", shopping.tokens_out)


def _line(table: PriceTable, one: Wanted, on: date) -> QuoteLine:
    price = price_of(table, one.provider, one.model, one.unit, on)
    quantity = float(sold_seconds(price, one.quantity)) if one.unit == "second" else one.quantity
    return QuoteLine(one.label, one.provider, one.model, one.unit, quantity, cost_of(price, quantity))


def _basis(shopping: Shopping, scenes: int, table: PriceTable, total: Micros) -> str:
    made = made_scenes(shopping, scenes)
    own = f"{scenes} scenes" if not made else f"{scenes} scenes, {made} to be made"
    again = ", one of them a second opening" if made and shopping.other_opening else ""
    return f"{own}{again}; prices of {table.version}: {show_usd(total)}. Own footage and reuse cost nothing."
