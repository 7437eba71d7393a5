"""A job's money while it is spent: reserve before a call, commit what it cost, give back what it did not.

Each write is a transaction of its own, so that a crash between two leaves the reservation behind to be seen.
"""

from dataclasses import dataclass
from decimal import Decimal

from kinoloop.core.money import Micros, show_usd
from kinoloop.costs import operations as ledger
from kinoloop.costs.records import Entry, Unit
from kinoloop.costs.rules import cost_of, price_of
from kinoloop.flows.make_video.studio import Studio
from kinoloop.runs.step import Step


@dataclass(frozen=True)
class Purse:
    """The money of one job in one run; `hold_id` names what was set aside for it."""

    studio: Studio
    step: Step
    job_id: str
    hold_id: str

    def price(self, provider: str, model: str, unit: Unit, quantity: Decimal | int) -> Micros:
        """Raises InputError for what the price table does not list: nothing is bought without a price."""
        today = self.studio.clock.now().date()
        return cost_of(price_of(self.studio.prices, provider, model, unit, today), quantity)

    def reserve(
        self, entry_id: str, provider: str, model: str, operation: str, quantity: float, unit: Unit
    ) -> Entry:
        """Write the intent to spend. Raises BudgetError when neither the hold nor the day reaches."""
        with self.step.begin() as connection:
            return ledger.reserve(
                connection,
                entry_id=entry_id,
                hold_id=self.hold_id,
                job_id=self.job_id,
                provider=provider,
                model=model,
                operation=operation,
                quantity=quantity,
                unit=unit,
                amount=self.price(provider, model, unit, Decimal(str(quantity))),
                price_version=self.studio.prices.version,
                now=self.studio.clock.now(),
                budgets=self.studio.budgets,
            )

    def commit(self, entry_id: str, amount: Micros, external_id: str | None) -> None:
        with self.step.begin() as connection:
            now = self.studio.clock.now()
            entry = ledger.commit(connection, entry_id, amount=amount, external_id=external_id, now=now)
            if entry.crossed_soft:
                limit = show_usd(self.studio.budgets.soft)
                told = f"Today's spending has reached {limit}."
                self.step.event("budget_soft_limit", told, severity="warning", day=str(entry.day))

    def void(self, entry_id: str, reason: str) -> None:
        with self.step.begin() as connection:
            ledger.void(connection, entry_id, reason=reason, now=self.studio.clock.now())
