"""What a whole ad costs beside one ffmpeg filter graph and MoviePy, one changed shot, and peak memory.

`python -m bench.ads [--json] [--rounds N] [--skip RIVAL]`. Every maker runs in a process of its own, one
after the other in each round; ratios are medians of the paired rounds. Ours includes its own check.
"""

import argparse
import importlib.util
import json
import os
import pickle
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.making import Row, ffmpeg

CHANGED = 2
RIVALS = ("ffmpeg", "MoviePy")
MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class Cost:
    """CPU seconds (user + system, children too) and the largest resident size in MiB of one process."""

    cpu: float
    peak: float


def main(arguments: Sequence[str]) -> int:
    """Print the table, or JSON; 0 unless something broke."""
    parser = argparse.ArgumentParser(prog="bench.ads")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--skip", action="append", default=[], choices=RIVALS, help="leave a rival out")
    parser.add_argument("--job", choices=sorted(JOBS), help="run one maker in FOLDER and nothing else")
    parser.add_argument("folder", nargs="?", type=Path)
    asked = parser.parse_args(arguments)
    if asked.job:
        JOBS[asked.job](asked.folder)
        return 0
    with tempfile.TemporaryDirectory(prefix="kinoloop-bench-") as name:
        rows = measured(Path(name), asked.rounds, asked.skip)
    if asked.json:
        print(json.dumps([vars(row) for row in rows], indent=1))
        return 0
    for row in rows:
        value = f"not measured: {row.reason}" if row.value is None else f"{row.value:.3f}"
        remark = f"   ({row.reason})" if row.value is not None and row.reason else ""
        print(f"{row.name:66} {value:>10}   {row.goal}{remark}")
    return 0


def measured(folder: Path, rounds: int, skipped: Sequence[str] = ()) -> list[Row]:
    """All figures, from `rounds` rounds of ours, one changed shot, ffmpeg and MoviePy."""
    run("prepare", folder)
    absent = {**missing(), **dict.fromkeys(skipped, "skipped")}
    found = [_round(folder, absent) for _ in range(rounds)]
    beside = ffmpeg()[1]
    return [
        _ratio("ad of 30 s, 1080x1920, CPU to one ffmpeg graph", "<= 0.95", found, "ffmpeg", absent, beside),
        _ratio(
            "ad of 30 s, 1080x1920, CPU to MoviePy", "<= 0.40", found, "MoviePy", absent, "plain captions"
        ),
        Row(
            "one changed shot of six, CPU to the whole ad",
            statistics.median(one["changed"].cpu / one["ours"].cpu for one in found),
            "<= 0.25",
            f"{_middle(found, 'changed'):.1f} CPU-s",
        ),
        Row("peak memory of that ad, MiB", max(one["ours"].peak for one in found), "< 700", _peaks(found)),
        Row("loudness of that ad, LUFS", _loudness(folder), "-14 +-1"),
    ]


def missing() -> Mapping[str, str]:
    """Which rivals are not there, and why."""
    binary, why = ffmpeg()
    found = {} if binary else {"ffmpeg": why}
    if importlib.util.find_spec("moviepy") is None:
        found["MoviePy"] = "MoviePy is not installed: pip install moviepy==2.1.2"
    return found


def run(job: str, folder: Path) -> Cost:
    """One maker in a fresh process. Raises RuntimeError when it fails."""
    command = [sys.executable, "-m", "bench.ads", "--job", job, str(folder)]
    if job == "ffmpeg":
        command = json.loads((folder / "command.json").read_text())
    child = os.posix_spawn(command[0], command, os.environ)
    _, status, usage = os.wait4(child, 0)
    if status:
        raise RuntimeError(f"'{job}' failed with status {os.waitstatus_to_exitcode(status)}")
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / MEBIBYTE)


def _round(folder: Path, absent: Mapping[str, str]) -> dict[str, Cost]:
    shutil.rmtree(folder / "cache", ignore_errors=True)
    jobs = ["ours", "changed", *(name for name in RIVALS if name not in absent)]
    return {job: run(job, folder) for job in jobs}


def _ratio(
    name: str,
    goal: str,
    found: Sequence[dict[str, Cost]],
    rival: str,
    absent: Mapping[str, str],
    remark: str,
) -> Row:
    if rival in absent:
        return Row(name, None, goal, absent[rival])
    ratio = statistics.median(one["ours"].cpu / one[rival].cpu for one in found)
    mine, theirs = _middle(found, "ours"), _middle(found, rival)
    return Row(name, ratio, goal, f"{mine:.1f} CPU-s with the check, {theirs:.1f} beside; {remark}")


def _middle(found: Sequence[dict[str, Cost]], job: str) -> float:
    return statistics.median(one[job].cpu for one in found)


def _peaks(found: Sequence[dict[str, Cost]]) -> str:
    rivals = [name for name in RIVALS if name in found[0]]
    return ", ".join(f"{name} {max(one[name].peak for one in found):.0f}" for name in rivals)


def _loudness(folder: Path) -> float:
    return float((folder / "loudness.txt").read_text())


def _prepare(folder: Path) -> None:
    """Draw the clips once, and write down our plans and the rival's command: making them costs nobody."""
    from bench.ad_rivals import ffmpeg_command, parts, plan

    made = parts()
    (folder / "ours.plan").write_bytes(pickle.dumps(plan(made)))
    (folder / "changed.plan").write_bytes(pickle.dumps(plan(made, changed=CHANGED)))
    binary, _ = ffmpeg()
    if binary is not None:
        command = ffmpeg_command(binary, made, folder, folder / "theirs.mp4")
        (folder / "command.json").write_text(json.dumps(command))


def _ours(folder: Path, which: str = "ours") -> None:
    from kinoloop.media.ad.compose import render_ad
    from kinoloop.media.segments import SegmentCache

    plan = pickle.loads((folder / f"{which}.plan").read_bytes())
    made = render_ad(plan, folder / "ours.mp4", cache=SegmentCache(folder / "cache"))
    (folder / "loudness.txt").write_text(str(made.integrated_lufs))


def _changed(folder: Path) -> None:
    _ours(folder, "changed")


def _moviepy(folder: Path) -> None:
    from bench.ad_rivals import moviepy_ad, parts

    moviepy_ad(parts(), folder / "moviepy.mp4")


JOBS: dict[str, Callable[[Path], None]] = {
    "prepare": _prepare,
    "ours": _ours,
    "changed": _changed,
    "MoviePy": _moviepy,
}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
