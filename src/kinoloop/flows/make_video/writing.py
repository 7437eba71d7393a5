"""The writer of a step: a language model whose every answer is booked, or the plain writer."""

from dataclasses import dataclass, field
from decimal import Decimal

from kinoloop.core.errors import InputError, UnavailableError
from kinoloop.costs.records import Unit
from kinoloop.creative.writing.llm import LlmWriter
from kinoloop.creative.writing.plain import PlainWriter
from kinoloop.creative.writing.ports import A, Answered, Llm, Question, Usage, Writer, usage_of
from kinoloop.flows.make_video.purse import Purse


@dataclass
class BookedLlm:
    """An `Llm` that writes down what its answers cost, the refused ones too: they are charged as well."""

    llm: Llm
    purse: Purse
    _count: int = field(default=0, init=False)

    @property
    def name(self) -> str:
        return self.llm.name

    def ask(self, question: Question, answer: type[A]) -> Answered[A]:
        try:
            found = self.llm.ask(question, answer)
        except Exception as error:
            self._book(usage_of(error))
            raise
        self._book(found.usage)
        return found

    def _book(self, usage: tuple[Usage, ...]) -> None:
        for one in usage:
            self._count += 1
            step = self.purse.step
            key = f"llm:{step.run_id}:{step.name}:{step.attempt}:{self._count}"
            self._entry(f"{key}:in", one, one.tokens_in, "input_token")
            self._entry(f"{key}:out", one, one.tokens_out, "output_token")

    def _entry(self, entry_id: str, one: Usage, tokens: int, unit: Unit) -> None:
        self.purse.reserve(entry_id, one.vendor, one.model, "writing", tokens, unit)
        amount = self.purse.price(one.vendor, one.model, unit, Decimal(tokens))
        self.purse.commit(entry_id, amount, None)


def writer_for(purse: Purse) -> Writer:
    """The plain writer when no model is set up; said in `made_by` of what it writes."""
    llm = purse.studio.llm
    return PlainWriter() if llm is None else LlmWriter(BookedLlm(llm, purse))


def require_price(purse: Purse, vendor: str, model: str) -> None:
    """Raises UnavailableError for a model without a price: nothing is bought blindly."""
    try:
        purse.price(vendor, model, "output_token", 1)
    except InputError as error:
        raise UnavailableError(
            f"The model {vendor}:{model} has no price.",
            why="What is not in the price table cannot be budgeted.",
            fix="Add it to your price file (0 for a model of your own) and name that in KINOLOOP_PRICES.",
        ) from error
