"""Which ads and ad sets are switched on or off. Pure.

Ads are switched one by one. Where none of an ad set's ads goes on, the ad set itself is switched off: its
last ad may not be. A set that we switched off comes back only once exactly the right ads are on in it.
"""

from collections.abc import Iterator, Sequence

from kinoloop.core.currency import Minor
from kinoloop.learning.decisions.records import BudgetStep, Known
from kinoloop.learning.decisions.rules.expecting import Shift
from kinoloop.learning.decisions.rules.making import ON, PAUSED, Effect, Row, switch


def switches(known: Known, rows: Sequence[Row]) -> Iterator[BudgetStep]:
    """All that is to be switched, by ad set."""
    for set_id in sorted({row.place.set_id or "" for row in rows}):
        yield from _in_set(known, [row for row in rows if row.place.set_id == set_id], rows)


def _in_set(known: Known, group: Sequence[Row], rows: Sequence[Row]) -> Iterator[BudgetStep]:
    set_on = group[0].place.set_on
    goes_on = [row for row in group if row.runs]
    if not goes_on:
        if set_on and any(row.ran for row in group):
            yield _set_off(known, [row for row in group if row.ran])
        return
    out = [row for row in group if not row.runs and row.place.ad_on]
    back = [row for row in goes_on if not row.place.ad_on]
    for row in out:
        yield _ad_off(known, row, _beside(row, rows))
    for row in back:
        yield switch(known, row.place.ad_id, "ad", ON, [row], _again(known, [row]))
    if not set_on and not out and not back:
        set_id = group[0].place.set_id or ""
        yield switch(known, set_id, "adset", ON, goes_on, _again(known, goes_on))


def _beside(row: Row, rows: Sequence[Row]) -> tuple[Row, ...]:
    """The ads that take up the money of a paused one at once: those that share its budget and go on."""
    return tuple(one for one in rows if one.place.owner_id == row.place.owner_id and one.runs and one.ran)


def _ad_off(known: Known, row: Row, beside: Sequence[Row]) -> BudgetStep:
    freed = row.told.before if row.ran else 0
    shifts = [Shift(row.told, freed, 0.0), *_taking_up(beside, freed)]
    whither = "the ads beside it" if beside else "other ads"
    words = f"{known.currency.show(freed)} a day goes to {whither}."
    effect = Effect(words, shifts, 0 if beside else -freed)
    return switch(known, row.place.ad_id, "ad", PAUSED, [row], effect)


def _taking_up(beside: Sequence[Row], freed: Minor) -> list[Shift]:
    """The platform gives what is freed to the budget's other ads, here in proportion to what they have."""
    total = sum(one.told.before for one in beside)
    if not freed or not total:
        return []
    return [Shift(one.told, one.told.before, one.told.before * (1 + freed / total)) for one in beside]


def _set_off(known: Known, held: Sequence[Row]) -> BudgetStep:
    freed = sum(row.told.before for row in held)
    shifts = [Shift(row.told, row.told.before, 0.0) for row in held]
    effect = Effect(f"{known.currency.show(freed)} a day is free for other ads.", shifts, -freed)
    return switch(known, held[0].place.set_id or "", "adset", PAUSED, held, effect)


def _again(known: Known, group: Sequence[Row]) -> Effect:
    spent = sum(row.told.budget for row in group)
    shifts = [Shift(row.told, 0.0, row.told.budget) for row in group]
    return Effect(f"About {known.currency.show(spent)} a day is spent here again.", shifts, spent, spent)
