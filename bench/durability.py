"""kill -9 of a worker at 20 random points of many-step runs: all finish, same outputs, nothing twice.

    python -m bench.durability [--kills 20] [--runs 4] [--steps 40] [--seed 7] [--url URL] [--json]

A worker process is killed at a random moment and another is started, until the kills are used up. Every
step makes a paid call through the effect ledger: one line appended to a file. Afterwards the outputs are
compared with what the steps compute without any kill, and the lines are counted.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

from kinoloop.runs import queries
from kinoloop.runs.config import RunsConfig
from kinoloop.runs.door import Runs
from kinoloop.runs.flow import Flow, Run
from kinoloop.runs.records import Json
from kinoloop.runs.step import Step
from kinoloop.store.migrate import migrate
from kinoloop.store.session import Database, connect

CONFIG = RunsConfig(fastest_poll=0.02, watch=0.05, beat=0.2, lease=1.0, max_crashes=1000)
MODULUS = 1_000_003
EARLIEST_END = 0.12
"""Seconds that a step takes with all its writes, roughly: spreads the kills over the whole run."""


@dataclass(frozen=True)
class Kill:
    """One kill: seconds after the worker was up, steps finished until then."""

    after: float
    finished_steps: int


@dataclass(frozen=True)
class Result:
    """What came of it. `attempts` counts step attempts, `paid` the calls that really happened."""

    kills: tuple[Kill, ...]
    runs: int
    steps: int
    finished: int
    same_output: int
    attempts: int
    paid: int
    paid_twice: int
    paid_never: int
    seconds: float

    @property
    def passed(self) -> bool:
        whole = self.finished == self.same_output == self.runs
        return whole and self.paid == self.runs * self.steps and not self.paid_twice and not self.paid_never


def next_value(value: int, number: int) -> int:
    """What step `number` makes of a value."""
    return (value * 31 + number) % MODULUS


def work(step: Step, payload: Json) -> Json:
    log, number = Path(payload["log"]), payload["number"]
    line = f"{step.run_id} {number}\n"

    def call() -> Json:
        time.sleep(0.005)
        handle = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        os.write(handle, line.encode())
        os.close(handle)
        time.sleep(0.005)
        return {"paid": number}

    def read() -> Json | None:
        return {"paid": number} if log.exists() and line in log.read_text() else None

    step.effect(f"pay {number}", {"number": number}, call, read)
    time.sleep(payload["seconds"])
    return {**payload, "number": number + 1, "value": next_value(payload["value"], number)}


def many_steps(run: Run, payload: Json) -> Json:
    for number in range(payload["steps"]):
        payload = run.step(f"step {number}", work, payload)
    return {"value": payload["value"]}


FLOW = Flow("many_steps", "media", many_steps, lambda payload: f"{payload['steps']} steps")


def serve(url: str) -> None:
    """The worker process: executes until it is killed."""
    runs = Runs(connect(url, profile="test"), [FLOW], CONFIG)
    runs.launch(concurrency=4)
    sys.stdout.write("up\n")
    sys.stdout.flush()
    signal.pause()


def hire(url: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "bench.durability", "--serve", url]
    worker = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert worker.stdout is not None and worker.stdout.readline() == "up\n", "the worker did not start"
    return worker


def kill(worker: subprocess.Popen[str]) -> None:
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    if worker.stdout is not None:
        worker.stdout.close()


def finished_steps(database: Database) -> int:
    with database.read() as connection:
        rows = [step for run in queries.runs(connection) for step in queries.steps(connection, run.run_id)]
    return sum(step.status == "completed" for step in rows)


def measure(url: str, log: Path, *, kills: int, runs: int, steps: int, seed: int) -> Result:
    """Start the runs, kill workers at random moments, let the last one finish, and count."""
    chance, began = random.Random(seed), time.monotonic()
    database = connect(url, profile="test")
    migrate(database)
    client = Runs(database, [FLOW], RunsConfig(mode="client", watch=0.05))
    payloads = [
        {"log": str(log), "steps": steps, "seconds": 0.04, "number": 0, "value": n} for n in range(runs)
    ]
    ids = [client.start(FLOW.name, payload) for payload in payloads]
    suffered = list[Kill]()
    worker = hire(url)
    for _ in range(kills):
        after = chance.uniform(0.05, EARLIEST_END * steps / kills * 2)
        time.sleep(after)
        kill(worker)
        suffered.append(Kill(round(after, 3), finished_steps(database)))
        worker = hire(url)
    try:
        outputs = [client.wait(run_id, 120) for run_id in ids]
    finally:
        kill(worker)
    result = count(database, log, ids, outputs, suffered, steps, time.monotonic() - began)
    client.close()
    database.close()
    return result


def count(
    database: Database,
    log: Path,
    ids: list[str],
    outputs: list[Json],
    kills: list[Kill],
    steps: int,
    took: float,
) -> Result:
    with database.read() as connection:
        rows = [queries.run(connection, run_id) for run_id in ids]
        attempts = sum(len(queries.steps(connection, run_id)) for run_id in ids)
    paid = Counter(log.read_text().splitlines())
    wanted = {f"{run_id} {number}" for run_id in ids for number in range(steps)}
    return Result(
        kills=tuple(kills),
        runs=len(ids),
        steps=steps,
        finished=sum(row.status == "completed" for row in rows),
        same_output=sum(output == {"value": undisturbed(n, steps)} for n, output in enumerate(outputs)),
        attempts=attempts,
        paid=sum(paid.values()),
        paid_twice=sum(times > 1 for times in paid.values()),
        paid_never=len(wanted - set(paid)),
        seconds=round(took, 2),
    )


def undisturbed(value: int, steps: int) -> int:
    """The output of a run that nobody kills."""
    for number in range(steps):
        value = next_value(value, number)
    return value


def show(result: Result) -> str:
    whole = result.runs * result.steps
    lines = ["kill   after (s)   steps finished by then"]
    lines += [
        f"{n:4}   {k.after:9.2f}   {k.finished_steps:8} of {whole}" for n, k in enumerate(result.kills, 1)
    ]
    lines += [
        "",
        f"runs finished               {result.finished} of {result.runs}",
        f"same output as undisturbed  {result.same_output} of {result.runs}",
        f"step attempts               {result.attempts} for {whole} steps",
        f"paid calls                  {result.paid} for {whole} steps: "
        f"{result.paid_twice} twice, {result.paid_never} never",
        f"seconds                     {result.seconds}",
        f"{'passed' if result.passed else 'FAILED'}",
    ]
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--runs", type=int, default=4)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--url", help="an empty database; a temporary SQLite file when left out")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve:
        serve(asked.serve)
        return 0
    with tempfile.TemporaryDirectory(prefix="kinoloop-durability-") as folder:
        url = asked.url or f"sqlite:///{folder}/kinoloop.db"
        size = {"kills": asked.kills, "runs": asked.runs, "steps": asked.steps, "seed": asked.seed}
        result = measure(url, Path(folder) / "paid", **size)
    print(json.dumps({**asdict(result), "passed": result.passed}) if asked.json else show(result))
    return 0 if result.passed else 1


if __name__ == "__main__":
    raise SystemExit(main())
