"""Workers that are killed while they change ads at the sandbox, which fails in every way it can.

The sandbox runs in this process; each worker is a process of its own. Wishes are proposed and approved in
good weather; then the faults begin, the workers start, and one that has something in hand is killed again
and again until the kills are used up. It is over when nothing can be done before an hour's limit allows it.
"""

import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import httpx2
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from tests import databases

from bench import changes_checker as checker
from bench import changes_plan as plan
from bench.changes_plan import Wish
from bench.changes_worker import FAULTS, platform, worker_name
from kinoloop.core.clock import SystemClock
from kinoloop.core.errors import KinoloopError
from kinoloop.core.ids import new_id
from kinoloop.delivery.accounts import operations as accounts
from kinoloop.delivery.accounts.records import Mirror
from kinoloop.delivery.changes import queries
from kinoloop.delivery.changes.records import OPEN, Change, Expected, Proposal
from kinoloop.delivery.changes.tables import pending_ad_changes as table
from kinoloop.flows.apply_changes import deciding
from kinoloop.flows.apply_changes.place import Desk
from kinoloop.sandbox.testing import Sandbox, running_sandbox
from kinoloop.store.migrate import migrate
from kinoloop.store.session import Database, connect
from kinoloop.vendors.meta.adapter import MetaPlatform

ME, FAR = "bench", timedelta(minutes=5)
LONGEST = 3600.0


@dataclass
class Told:
    """What came of a run."""

    found: checker.Found
    wishes: int
    states: Counter[str]
    failures: Counter[str]
    kills: Counter[str]
    clean_exits: bool
    agrees: bool
    seconds: float

    @property
    def passed(self) -> bool:
        return self.found.clean and self.clean_exits and self.agrees


@dataclass
class Scene:
    """One run: the sandbox, our database, and the wishes by the change that carries them."""

    sandbox: Sandbox
    url: str
    database: Database
    platform: MetaPlatform
    desk: Desk
    rng: Random
    mirrors: list[Mirror] = field(default_factory=list)
    wishes: dict[str, Wish] = field(default_factory=dict)
    busy: dict[str, list[str]] = field(default_factory=dict)


def run(dialect: str, *, changes: int, workers: int, kills: int, seed: int, batch: int = 10) -> Told:
    """One run on `sqlite` or `postgresql`. Raises TimeoutError when it does not come to an end."""
    with _database(dialect) as url, running_sandbox(speed=1, seed=seed) as sandbox:
        database = connect(url, profile="test")
        with closing(database), platform(database, sandbox.url) as here:
            desk = Desk(database, lambda account: here, SystemClock(), new_id, Random(seed))
            scene = Scene(sandbox, url, database, here, desk, Random(seed))
            _open_accounts(scene, changes, seed)
            _ask(scene, plan.wishes(scene.mirrors, changes, scene.rng))
            began = time.monotonic()
            struck, clean = _work(scene, workers, kills, batch)
            return _told(scene, struck, clean, time.monotonic() - began)


@contextmanager
def _database(dialect: str) -> Iterator[str]:
    if dialect == "postgresql":
        with databases.fresh() as url:
            yield url
        return
    with tempfile.TemporaryDirectory(prefix="kinoloop-changes-") as folder:
        url = f"sqlite:///{Path(folder, 'kinoloop.db')}"
        database = connect(url, profile="test")
        migrate(database)
        database.close()
        yield url


def _open_accounts(scene: Scene, changes: int, seed: int) -> None:
    """At the sandbox, then in our mirror, with the guards of the plan."""
    for wanted in plan.accounts(changes, seed):
        httpx2.post(
            f"{scene.sandbox.url}/__sandbox/meta/accounts", json=wanted, timeout=60
        ).raise_for_status()
        seen = scene.platform.mirror(wanted["account_id"])
        now = scene.desk.clock.now()
        with scene.database.begin() as connection:
            accounts.save_mirror(connection, seen, tenant_id="default", platform="meta")
            accounts.set_guards(connection, seen.account_id, plan.GUARDS, who=ME, now=now)
        scene.mirrors.append(seen)


def _ask(scene: Scene, wishes: Sequence[Wish]) -> None:
    """Propose and approve all, in good weather."""
    for wish in wishes:
        change = _asked(scene, wish)
        scene.wishes[change.change_id] = wish
        if wish.sort == "busy":
            scene.busy[wish.entity_id] = [change.change_id]


def _asked(scene: Scene, wish: Wish) -> Change:
    proposal = Proposal(
        account_id=wish.account_id,
        kind=wish.kind,
        entity_id=wish.entity_id,
        change_type=wish.change_type,
        requested=wish.value,
        reason=f"The bench wants it ({wish.sort}).",
        triggered_by=ME,
        key=f"{wish.entity_id}:{wish.field}:{wish.value}",
        expected=Expected("none"),
        exact=wish.exact,
    )
    change = deciding.propose(scene.desk, proposal)
    return deciding.approve(scene.desk, change.change_id, who=ME, sha256=change.sha256)


def _work(scene: Scene, workers: int, kills: int, batch: int) -> tuple[Counter[str], bool]:
    """Until everything is settled; what was in hand at each kill, and whether all left cleanly at the end."""
    scene.sandbox.fault(*FAULTS)
    sizes = [1 if n % 2 == 0 else batch for n in range(workers)]
    hired = [_hire(scene, size) for size in sizes]
    struck: Counter[str] = Counter()
    until = time.monotonic() + LONGEST
    try:
        while not _settled(scene):
            if time.monotonic() > until:
                raise TimeoutError(f"not settled after {LONGEST:g} s: {_states(scene)}")
            _ask_again(scene)
            if struck.total() < kills:
                _strike(scene, hired, sizes, struck)
            time.sleep(scene.rng.uniform(0.05, 0.4))
    finally:
        for worker in hired:
            worker.terminate()
        exits = [worker.wait(timeout=60) for worker in hired]
    return struck, not any(exits)


def _hire(scene: Scene, batch: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "bench.changes", "--serve", scene.url, scene.sandbox.url, str(batch)]
    return subprocess.Popen(command)


def _strike(
    scene: Scene, hired: list[subprocess.Popen[bytes]], sizes: Sequence[int], struck: Counter[str]
) -> None:
    """kill -9 of a random worker that has something in hand, at a random moment."""
    number = _victim(scene, hired)
    if number is None:
        return
    hired[number].send_signal(signal.SIGKILL)
    hired[number].wait()
    name = worker_name(hired[number].pid)
    struck[next((state for state, who in _in_hand(scene) if who == name), "between")] += 1
    hired[number] = _hire(scene, sizes[number])


def _victim(scene: Scene, hired: Sequence[subprocess.Popen[bytes]]) -> int | None:
    """Somebody who works; every other time, somebody who is just sending."""
    sending = scene.rng.random() < 0.5
    until = time.monotonic() + 2.0
    while time.monotonic() < until:
        held = {name for state, name in _in_hand(scene) if state == "executing" or not sending}
        able = [n for n, worker in enumerate(hired) if worker_name(worker.pid) in held]
        if able:
            return scene.rng.choice(able)
        time.sleep(0.01)
    return None


def _in_hand(scene: Scene) -> list[tuple[str, str]]:
    """State and worker of everything that is claimed; what is being sent comes last."""
    query = select(table.c.status, table.c.claimed_by).where(table.c.claimed_by.is_not(None))
    with scene.database.read() as connection:
        rows = [(row.status, row.claimed_by) for row in connection.execute(query)]
    return sorted(rows, key=lambda row: row[0] == "executing")


def _ask_again(scene: Scene) -> None:
    """The next budget for each busy ad set whose last one has come to its end."""
    for asked in scene.busy.values():
        with scene.database.read() as connection:
            last = queries.change(connection, asked[-1])
        if last.state in OPEN or len(asked) >= plan.STEPS:
            continue
        wish = replace(scene.wishes[asked[-1]], value=plan.step(len(asked) + 1))
        try:
            change = _asked(scene, wish)
        except (KinoloopError, OperationalError):
            continue  # the weather is bad: the next round asks again, under the same key
        scene.wishes[change.change_id] = wish
        asked.append(change.change_id)


def _settled(scene: Scene) -> bool:
    """Nothing is in hand, and what is approved waits for an hour's limit."""
    soon = datetime.now(UTC) + FAR
    query = select(table.c.status, table.c.earliest_execute_at).where(table.c.status.in_(OPEN))
    with scene.database.read() as connection:
        rows = connection.execute(query).all()
        ends = [queries.change(connection, asked[-1]) for asked in scene.busy.values()]
    asking = any(
        last.state not in OPEN and len(asked) < plan.STEPS
        for last, asked in zip(ends, scene.busy.values(), strict=True)
    )
    return not asking and all(row.status == "approved" and row.earliest_execute_at > soon for row in rows)


def _states(scene: Scene) -> Counter[str]:
    with scene.database.read() as connection:
        return Counter(queries.counts(connection))


def _told(scene: Scene, struck: Counter[str], clean: bool, seconds: float) -> Told:
    base = f"{scene.sandbox.url}/__sandbox"
    effects = httpx2.get(f"{base}/meta/changes", timeout=60).json()["changes"]
    requests = httpx2.get(f"{base}/requests?vendor=meta&method=POST", timeout=60).json()["requests"]
    took, refused = checker.read(effects, requests)
    entities = [each for seen in scene.mirrors for each in seen.entities]
    facts = checker.Facts(
        took,
        refused,
        {each.entity_id: each.parent_id or "" for each in entities if each.kind == "ad"},
        {each.entity_id: each.campaign_id for each in entities},
        plan.LEAST,
        plan.MOST,
    )
    wishes = list(scene.wishes.values())
    forbidden = [wish for wish in wishes if wish.sort == "steep" and wish.value in (6500, plan.LEAST - 500)]
    found, states = checker.check(wishes, forbidden, facts), _states(scene)
    agrees = states["completed"] == len(took)
    return Told(found, len(wishes), states, _failures(scene), struck, clean, agrees, seconds)


def _failures(scene: Scene) -> Counter[str]:
    """What our books say of those that failed."""
    query = select(table.c.error_message, table.c.dead_letter).where(table.c.status == "failed")
    with scene.database.read() as connection:
        rows = connection.execute(query).all()
    return Counter(f"{'dead letter: ' if row.dead_letter else ''}{row.error_message}" for row in rows)
