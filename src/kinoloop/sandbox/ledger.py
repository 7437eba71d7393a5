"""What every vendor charged: the invoice a client's own books must agree with."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from kinoloop.core.money import Micros
from kinoloop.sandbox.prices import amount_of


@dataclass(frozen=True)
class Charge:
    """One billed event: so many units of a model, for the vendor's own `id`."""

    vendor: str
    id: str
    model: str
    quantity: Decimal
    unit: str
    micros: Micros
    at: datetime

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "quantity": float(self.quantity), "at": self.at.isoformat()}


class Ledger:
    """Charges in order, and what is left of each vendor's credit (micro-dollars; None is endless)."""

    def __init__(self, credit: dict[str, Micros] | None = None) -> None:
        self._charges: list[Charge] = []
        self.credit: dict[str, Micros] = dict(credit or {})

    def charge(self, vendor: str, id_: str, model: str, unit: str, quantity: Decimal, at: datetime) -> None:
        self._charges.append(
            Charge(vendor, id_, model, quantity, unit, amount_of(vendor, model, unit, quantity), at)
        )

    def refund(self, vendor: str, id_: str) -> None:
        """Take back everything charged for this id."""
        self._charges = [c for c in self._charges if (c.vendor, c.id) != (vendor, id_)]

    def charges(self, vendor: str | None = None) -> tuple[Charge, ...]:
        return tuple(c for c in self._charges if vendor in (None, c.vendor))

    def total(self, vendor: str | None = None) -> Micros:
        return sum(c.micros for c in self.charges(vendor))

    def left(self, vendor: str) -> Micros | None:
        """Credit that remains; None when the vendor gave an endless one."""
        given = self.credit.get(vendor)
        return None if given is None else given - self.total(vendor)

    def invoice(self) -> dict[str, Any]:
        """Per vendor the charges and their sum, and the sum of all."""
        return {
            "total_micros": self.total(),
            "vendors": {
                vendor: {
                    "total_micros": self.total(vendor),
                    "charges": [c.as_dict() for c in self.charges(vendor)],
                }
                for vendor in _in_order(c.vendor for c in self._charges)
            },
        }

    def clear(self) -> None:
        self._charges.clear()


def _in_order(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
