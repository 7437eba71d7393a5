"""What the inputs of a generation model are called, as data, and an order written in those names. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import log
from typing import Any

from kinoloop.core.errors import InputError
from kinoloop.creative.visuals.records import VisualKind, VisualOrder

WIDE_AND_TALL = ("16:9", "9:16")


@dataclass(frozen=True)
class ModelShape:
    """Names of a model's inputs; None where it has none.

    `lengths` are the seconds it makes (() for pictures), given as text when `seconds_as_text`. `frame` takes
    the first frame, as a list when `frame_as_list`. `seeds` is how many seeds there are, from `first_seed`.
    """

    kind: VisualKind
    lengths: tuple[int, ...] = ()
    seconds: str | None = None
    seconds_as_text: bool = False
    aspect: str | None = "aspect_ratio"
    aspects: tuple[str, ...] = WIDE_AND_TALL
    seed: str | None = "seed"
    first_seed: int = 0
    seeds: int = 2**31
    negative: str | None = None
    frame: str | None = None
    frame_as_list: bool = False
    frame_needed: bool = False
    always: Mapping[str, Any] = field(default_factory=dict)


def inputs_for(shape: ModelShape, order: VisualOrder, frame: str | None) -> dict[str, Any]:
    """The model's inputs for an order whose first frame is at the URL `frame`.

    The aspect is the nearest that the model makes; what is made is cropped later, never stretched. Raises
    InputError for what the model cannot do.
    """
    _refuse_impossible(shape, order, frame)
    inputs: dict[str, Any] = {"prompt": order.prompt, **shape.always}
    if shape.seconds:
        inputs[shape.seconds] = str(order.seconds) if shape.seconds_as_text else order.seconds
    if shape.aspect:
        inputs[shape.aspect] = nearest_aspect(order.aspect, shape.aspects)
    if shape.seed:
        inputs[shape.seed] = shape.first_seed + order.seed % shape.seeds
    if shape.negative and order.negative_prompt:
        inputs[shape.negative] = order.negative_prompt
    if shape.frame and frame:
        inputs[shape.frame] = [frame] if shape.frame_as_list else frame
    return inputs


def nearest_aspect(wanted: str, offered: tuple[str, ...]) -> str:
    """The offered aspect whose width to height is nearest by proportion. Raises InputError."""
    return min(offered, key=lambda one: (abs(log(_ratio(one) / _ratio(wanted))), one))


def known_shape(shapes: Mapping[str, ModelShape], model: str, service: str) -> ModelShape:
    """Raises InputError for a model whose inputs are not known: a wrong guess would be paid for."""
    if model not in shapes:
        raise InputError(
            f"The model '{model}' of {service} is not known here.",
            why=f"Known are: {', '.join(shapes)}.",
            fix="Choose one of them.",
        )
    return shapes[model]


def _refuse_impossible(shape: ModelShape, order: VisualOrder, frame: str | None) -> None:
    if shape.kind != order.kind:
        raise InputError(f"'{order.model}' makes no {order.kind}.", fix=f"It makes {shape.kind}s.")
    if shape.lengths and order.seconds not in shape.lengths:
        sold = ", ".join(str(length) for length in shape.lengths)
        raise InputError(f"'{order.model}' makes no films of {order.seconds} s.", fix=f"It makes {sold} s.")
    if shape.frame_needed and not frame:
        raise InputError(
            f"'{order.model}' needs a picture to begin with.", fix="Give one, or choose another model."
        )
    if frame and not shape.frame:
        raise InputError(f"'{order.model}' takes no picture to begin with.", fix="Choose another model.")


def _ratio(aspect: str) -> Fraction:
    try:
        width, height = (int(part) for part in aspect.split(":"))
        ratio = Fraction(width, height)
    except (ValueError, ZeroDivisionError) as error:
        raise InputError(f"'{aspect}' is not an aspect.", fix="Write it like 9:16.") from error
    if ratio <= 0:
        raise InputError(f"'{aspect}' is not an aspect.", fix="Write it like 9:16.")
    return ratio
