"""What one pass over a film costs and finds, beside pure decoding and PySceneDetect.

`python -m bench.analysis [--json] [--rounds N] [--long] [--only WHAT]` prints processor time as
ratio to decoding the same file, resident memory against length, and hard-cut F1 and mixes found.
"""

import argparse
import importlib.util
import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from bench.accuracy import accuracy
from bench.films import large_film, real_folder, repeated
from bench.jobs import JOBS

AT_LEAST = 60
"""Seconds: shorter films would measure the start of Python."""
REAL = ("mpy_blend.mp4", "psd_testvideo.mp4", "ae_example.mp4", "mpy_bbb_0_30.webm")
_BASE = "decode"


@dataclass(frozen=True)
class Cost:
    """Medians over rounds: processor seconds, ratio to decoding in the same round, largest resident MB."""

    film: str
    seconds: float
    job: str
    cpu: float
    ratio: float
    ratio_to_pictures: float
    resident_mb: float


@dataclass(frozen=True)
class Memory:
    film_seconds: int
    resident_mb: float


def measure(job: str, path: Path) -> tuple[float, float]:
    """(user + system seconds, largest resident MB) of one child process."""
    single = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "bench.jobs", job, str(path)]
    with subprocess.Popen(command, env={**os.environ, **single}, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        said = child.stdout.read()
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"the job '{job}' failed on {path}")
    return used.ru_utime + used.ru_stime, int(said.split()[-1]) / 1024


def costs(path: Path, rounds: int) -> list[Cost]:
    """Rounds are interleaved, so that a busy machine slows every job alike."""
    names = [name for name in JOBS if "PyScene" not in name or importlib.util.find_spec("scenedetect")]
    spent: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
    for _ in range(rounds):
        for name in names:
            spent[name].append(measure(name, path))
    return [
        Cost(
            film=path.name,
            seconds=_seconds(path),
            job=name,
            cpu=median(cpu for cpu, _ in spent[name]),
            ratio=_ratio(spent, name, _BASE),
            ratio_to_pictures=_ratio(spent, name, "decode picture"),
            resident_mb=max(resident for _, resident in spent[name]),
        )
        for name in names
    ]


def _ratio(spent: dict[str, list[tuple[float, float]]], name: str, base: str) -> float:
    return median(mine / other for (mine, _), (other, _) in zip(spent[name], spent[base], strict=True))


def _seconds(path: Path) -> float:
    from kinoloop.media.probe import probe

    return float(probe(path).duration)


def cost_films() -> list[Path]:
    folder = real_folder()
    real = [folder / name for name in REAL] if folder is not None else []
    return [large_film(AT_LEAST), *(repeated(path, AT_LEAST) for path in real)]


def memory(lengths: list[int]) -> list[Memory]:
    return [Memory(length, measure("full + speech", large_film(length))[1]) for length in lengths]


def run(rounds: int, lengths: list[int], only: str | None) -> dict[str, object]:
    result: dict[str, object] = {}
    if only in (None, "cost"):
        result["cost"] = [asdict(row) for path in cost_films() for row in costs(path, rounds)]
    if only in (None, "memory"):
        result["memory"] = [asdict(row) for row in memory(lengths)]
    if only in (None, "accuracy"):
        result["accuracy"] = [asdict(row) for row in accuracy()]
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON alone")
    parser.add_argument("--rounds", type=int, default=3, help="interleaved rounds per film")
    parser.add_argument("--long", action="store_true", help="also measure memory on 30 minutes")
    parser.add_argument("--only", choices=["cost", "memory", "accuracy"])
    asked = parser.parse_args()
    result = run(asked.rounds, [30, 300, *([1800] if asked.long else [])], asked.only)
    if asked.json:
        print(json.dumps(result, indent=2))
        return
    for title, rows in result.items():
        assert isinstance(rows, list)
        print(f"\n{title}")
        print_rows(rows)


def print_rows(rows: list[dict[str, object]]) -> None:
    names = list(rows[0]) if rows else []
    cells = [names, *([_cell(row[name]) for name in names] for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(names))]
    for line in cells:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _cell(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    main()
