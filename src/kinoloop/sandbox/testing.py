"""A running sandbox for tests: `with running_sandbox() as sandbox: ... sandbox.replicate_url`."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from kinoloop.core.clock import Clock
from kinoloop.core.money import Micros
from kinoloop.sandbox.environment import environment
from kinoloop.sandbox.faults import Fault
from kinoloop.sandbox.journal import Entry
from kinoloop.sandbox.keys import SandboxKeys
from kinoloop.sandbox.serving import serving
from kinoloop.sandbox.world import World

TEST_SPEED = 900.0
"""A film of 45 seconds' work takes a twentieth of a second."""


@dataclass(frozen=True)
class Sandbox:
    """`url` is the root; each vendor's own root is `url` plus its prefix. `world` is the state behind it."""

    url: str
    keys: SandboxKeys
    world: World

    def vendor_url(self, vendor: str) -> str:
        return f"{self.url}/{vendor}"

    @property
    def environment(self) -> dict[str, str]:
        """The variables that point a client at this sandbox."""
        return environment(self.url, self.keys)

    def fault(self, *faults: Fault) -> None:
        """Replace the faults in force."""
        with self.world.lock:
            self.world.faults.set(list(faults))

    def requests(
        self, vendor: str | None = None, method: str | None = None, path: str | None = None
    ) -> Sequence[Entry]:
        """What arrived so far."""
        with self.world.lock:
            return self.world.journal.entries(vendor=vendor, method=method, path=path)

    def billed(self, vendor: str | None = None) -> Micros:
        """The invoice's total until now."""
        self.world.settle()
        with self.world.lock:
            return self.world.ledger.total(vendor)


@contextmanager
def running_sandbox(
    *,
    speed: float = TEST_SPEED,
    scenario: str = "healthy",
    seed: int = 7,
    keys: SandboxKeys = SandboxKeys(),
    credit: dict[str, Micros] | None = None,
    page_size: int = 100,
    clock: Clock | None = None,
    port: int = 0,
) -> Iterator[Sandbox]:
    """Serve from a thread on a free loopback port; everything stops with the block."""
    world = World(
        keys=keys,
        seed=seed,
        speed=speed,
        scenario_name=scenario,
        credit=credit,
        page_size=page_size,
        clock=clock,
    )
    with serving(world, port) as url:
        yield Sandbox(url, keys, world)
