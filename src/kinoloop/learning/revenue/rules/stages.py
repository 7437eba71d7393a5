"""The table of stages: what is right in it, whose name a CRM's stage has, what a change of stage is worth.

A stage that the table does not know is refused. Counting it as nothing would destroy a deal's value.
"""

from collections.abc import Iterator

from kinoloop.core.currency import Minor
from kinoloop.core.errors import InputError
from kinoloop.learning.revenue.records import StageTable, StageValue, Step

LARGEST = 10**15
LONGEST_NAME = 200


class UnknownStageError(InputError):
    """A stage that the tenant's table does not have."""

    code = "unknown_stage"


def stage_name(table: StageTable, crm_stage_id: str) -> str | None:
    """The table's name for a CRM's stage id (or for its own name); None when nobody has mapped it."""
    if crm_stage_id in table.stages or crm_stage_id == table.lost:
        return crm_stage_id
    return table.aliases.get(crm_stage_id)


def order(table: StageTable) -> tuple[str, ...]:
    """Stages from the least to the most worth, then won, then lost: the order of events of one instant.

    The table's own order could not serve: a JSON object in PostgreSQL keeps none.
    """

    def place(name: str) -> tuple[bool, bool, Minor, float, str]:
        one = _stage(table, name)
        return (name == table.lost, name == table.won, one.value, one.confidence, name)

    return tuple(sorted({*table.stages, table.lost}, key=place))


def level(table: StageTable, stage: str) -> Minor:
    """What a deal in this stage stands at. Raises UnknownStageError."""
    return _stage(table, stage).value


def worth(table: StageTable, stage: str, deal_value: Minor | None) -> tuple[Minor, float]:
    """Level and confidence of a stage; a won deal stands at its real value where that is told."""
    if stage == table.won and deal_value is not None:
        return deal_value, 1.0
    one = _stage(table, stage)
    return one.value, one.confidence


def step(table: StageTable, stage_from: str | None, stage_to: str, deal_value: Minor | None = None) -> Step:
    """What one change of stage is worth: the level after it less the level before it.

    `deal_value` is what the deal really brings; it stands for the won stage on either side, so a won deal
    that is lost again gives back all. Stages may be the CRM's ids. Raises UnknownStageError, InputError.
    """
    if deal_value is not None and deal_value < 0:
        raise InputError("A deal cannot be worth less than nothing.", fix="Leave its value out if unknown.")
    came = None if stage_from is None else _known(table, stage_from)
    went = _known(table, stage_to)
    before = 0 if came is None else worth(table, came, deal_value)[0]
    after, confidence = worth(table, went, deal_value)
    return Step(after, after - before, confidence, _reason(table, came, went, after - before), came, went)


def check(table: StageTable) -> None:
    """Raises InputError naming all that cannot be: values below nothing, chances outside 0..1, lost names."""
    wrong = (*_wrong_stages(table), *_wrong_names(table), *_wrong_numbers(table))
    if wrong:
        raise InputError(
            f"The stage table of '{table.tenant_id}' cannot be used.",
            why=" ".join(wrong),
            fix="Correct it and save again.",
        )


def _known(table: StageTable, stage: str) -> str:
    """The table's name for a stage. Raises UnknownStageError."""
    name = stage_name(table, stage)
    if name is None:
        raise UnknownStageError(
            f"'{stage}' is no stage of '{table.tenant_id}'.",
            why=f"Its table knows {', '.join(order(table))}.",
            fix="Map this stage to one of them, or add it with its value.",
        )
    return name


def _stage(table: StageTable, stage: str) -> StageValue:
    name = _known(table, stage)
    return table.stages.get(name, StageValue(0, 1.0))


def _reason(table: StageTable, came: str | None, went: str, increment: Minor) -> str:
    told = f"{'+' if increment > 0 else '-'}{table.currency.show(abs(increment))}"
    if came is None:
        return f"The deal entered '{went}' ({told if increment else 'worth nothing yet'})."
    if increment > 0:
        return f"The deal advanced from '{came}' to '{went}' ({told})."
    if increment < 0:
        return f"The deal fell back from '{came}' to '{went}' ({told})."
    return f"The deal went from '{came}' to '{went}', which changes nothing."


def _wrong_stages(table: StageTable) -> Iterator[str]:
    if not table.stages:
        yield "It has no stages."
    for name, one in table.stages.items():
        if not name.strip() or len(name) > LONGEST_NAME:
            yield f"A stage's name has 1 to {LONGEST_NAME} characters."
        if not 0 <= one.value <= LARGEST:
            yield f"Stage '{name}' is worth {one.value}: a value is at least nothing."
        if not 0 <= one.confidence <= 1:
            yield f"Stage '{name}' has a confidence of {one.confidence}: it lies between 0 and 1."


def _wrong_names(table: StageTable) -> Iterator[str]:
    if not table.tenant_id.strip():
        yield "It does not say whose it is."
    if table.won not in table.stages:
        yield f"The won stage '{table.won}' is not one of its stages."
    if table.lost == table.won:
        yield "Won and lost are the same stage."
    if table.lost in table.stages and table.stages[table.lost].value:
        yield f"A lost deal is worth nothing, '{table.lost}' says {table.stages[table.lost].value}."
    for alias, name in table.aliases.items():
        if name not in table.stages and name != table.lost:
            yield f"'{alias}' is mapped to '{name}', which is not one of its stages."
        if alias in table.stages and alias != name:
            yield f"'{alias}' is a stage and cannot be mapped to '{name}'."


def _wrong_numbers(table: StageTable) -> Iterator[str]:
    for name, chance in (table.probability or {}).items():
        if name not in table.stages and name != table.lost:
            yield f"The chance of '{name}' is given, which is not one of its stages."
        if not 0 <= chance <= 1:
            yield f"The chance of winning from '{name}' is {chance}: it lies between 0 and 1."
    if table.win_rate is not None and not 0 <= table.win_rate <= 1:
        yield f"The win rate is {table.win_rate}: it lies between 0 and 1."
    for told, number in (("average deal", table.avg_deal_value), ("sales cycle", table.sales_cycle_days)):
        if number is not None and not 0 <= number <= LARGEST:
            yield f"The {told} is {number}: it is at least nothing."
