"""A worker process of its own for the crash tests; `main` takes URL LOG [--option value].

Everything that its flows do outside is a line appended to LOG (O_APPEND: whole lines, in order).
"""

import argparse
import os
import signal
import time
import urllib.request
from dataclasses import replace
from pathlib import Path

from kinoloop.runs.config import RunsConfig
from kinoloop.runs.door import Runs
from kinoloop.runs.flow import Flow, Run
from kinoloop.runs.records import Json
from kinoloop.runs.schedules import Schedule
from kinoloop.runs.serving import serve
from kinoloop.runs.step import Step
from kinoloop.store.session import connect

CRASH = RunsConfig(
    mode="worker", fastest_poll=0.05, watch=0.1, beat=0.2, lease=1.0, drain_timeout=20.0, max_crashes=3
)


def write(log: str, *words: object) -> None:
    handle = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.write(handle, (" ".join(str(word) for word in words) + "\n").encode())
    os.close(handle)


def work(step: Step, payload: Json) -> Json:
    """Say that it begins, take its time, say that it ends; give a number that depends on the one before."""
    log = payload["log"]
    write(log, "start", step.run_id, step.name, os.getpid())
    until = time.monotonic() + payload["seconds"]
    while time.monotonic() < until:
        if payload.get("listens", True):
            step.check()
        time.sleep(0.01)
    write(log, "end", step.run_id, step.name, os.getpid())
    return {**payload, "value": (payload["value"] * 31 + len(step.name)) % 1_000_003}


def line(run: Run, payload: Json) -> Json:
    for number in range(payload["steps"]):
        payload = run.step(f"step {number}", work, payload)
    return {"value": payload["value"]}


def pay(run: Run, payload: Json) -> Json:
    def step(door: Step, given: Json) -> Json:
        base = given["url"]

        def call() -> Json:
            return {"said": _ask(f"{base}/set/{door.run_id}/{given['amount']}")}

        def read() -> Json | None:
            found = _ask(f"{base}/get/{door.run_id}")
            return {"said": found} if found == str(given["amount"]) else None

        return door.effect("budget", {"amount": given["amount"]}, call, read)

    for number in range(payload["steps"]):
        payload = run.step(f"before {number}", work, payload)
    run.step("pay", step, payload, retries=5, backoff=0.05)
    return run.step("after", work, payload)


def _ask(url: str) -> str:
    with urllib.request.urlopen(url, timeout=2) as answer:
        return str(answer.read().decode())


def poison(run: Run, payload: Json) -> Json:
    def step(door: Step, given: Json) -> Json:
        write(given["log"], "poison", door.run_id, door.attempt)
        os.kill(os.getpid(), signal.SIGKILL)
        return {}

    return run.step("poison", step, payload)


def person(run: Run, payload: Json) -> Json:
    run.step("ask", work, payload)
    answer = run.wait("approval", 60)
    return {"answer": answer}


def beat(run: Run, payload: Json) -> Json:
    write(payload["log"], "tick", run.id)
    return {}


def _title(payload: Json) -> str:
    return "test"


FLOWS = (
    Flow("line", "media", line, _title),
    Flow("pay", "media", pay, _title),
    Flow("poison", "media", poison, _title),
    Flow("person", "flow", person, _title),
    Flow("beat", "cron", beat, _title),
)


def up(log: Path, pid: int) -> Path:
    """Where a worker writes that it works."""
    return Path(f"{log}.{pid}.up")


def left(log: Path, pid: int) -> Path:
    """Where a worker writes how it left."""
    return Path(f"{log}.{pid}.left")


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("log", type=Path)
    parser.add_argument("--mode", default="worker")
    parser.add_argument("--cron", default="")
    parser.add_argument("--concurrency", type=int, default=4)
    parser.add_argument("--lease", type=float, default=CRASH.lease)
    asked = parser.parse_args(arguments)
    config = replace(CRASH, mode=asked.mode, lease=asked.lease)
    schedules = [Schedule("beat", asked.cron, "beat", {"log": str(asked.log)})] if asked.cron else []
    runs = Runs(connect(asked.url, profile="test"), FLOWS, config, schedules=schedules)

    def ready(executor_id: str) -> None:
        up(asked.log, os.getpid()).write_text(executor_id)

    clean = serve(runs, concurrency=asked.concurrency, ready=ready)
    left(asked.log, os.getpid()).write_text(f"left clean={clean}")
