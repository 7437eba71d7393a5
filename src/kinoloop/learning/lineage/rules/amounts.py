"""Amounts under every model at once. Pure."""

from collections.abc import Callable, Iterable

from kinoloop.core.currency import Minor
from kinoloop.learning.attribution.records import MODELS
from kinoloop.learning.lineage.records import NOTHING, Amounts


def total(some: Iterable[Amounts]) -> Amounts:
    """Model by model."""
    held = dict(NOTHING.by_model)
    for one in some:
        for model in MODELS:
            held[model] += one.by_model[model]
    return Amounts(held)


def changed(amounts: Amounts, change: Callable[[Minor], Minor]) -> Amounts:
    return Amounts({model: change(amounts.by_model[model]) for model in MODELS})
