"""What the gate costs and what it finds: `python -m bench.gate [--rounds N]`.

CPU seconds of looking at a 30 s 1080 x 1920 ad as a ratio to decoding it, its memory on a short and a long
film, the table of planted defects, the clean set, and the sizes of exports.
"""

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import av
from tests.creative.renders.defects import cases
from tests.creative.renders.planting import Film, make, wanted_for

from bench.films import cache_folder, repeated
from kinoloop.creative.renders.rules import judge
from kinoloop.media.encoder import Encoder
from kinoloop.media.exports import export
from kinoloop.media.gate.inspection import inspect

LINES = tuple(f"Line {n}: every single word is where it belongs." for n in range(1, 11))
LARGE = Film(size=(1080, 1920), lines=LINES, encoder=Encoder())
CLEAN = (
    Film(),
    Film(style="karaoke", seed=2, zone="everywhere"),
    Film(style="plain", seed=3, size=(480, 480)),
    Film(style="bold", seed=4, size=(640, 360)),
)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args(arguments)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    wrong = _defects() + _clean()
    _cost(asked.rounds)
    _sizes()
    return wrong


def large_ad() -> Path:
    """30 s, 1080 x 1920, captioned; made once."""
    path = cache_folder() / "gate-ad-1.mp4"
    if not path.exists():
        make(LARGE, path)
    return path


def decode(path: Path) -> None:
    """Picture and sound from end to end, measuring nothing."""
    with av.open(str(path)) as container:
        for stream in container.streams.video:
            stream.thread_type, stream.codec_context.thread_count = "AUTO", 2
        for packet in container.demux():
            packet.decode()


def _look(path: Path) -> None:
    inspect(path, LARGE.texts)


def _cost(rounds: int) -> None:
    ad = large_ad()
    pairs = [(_child(decode, ad), _child(_look, ad)) for _ in range(rounds)]
    ratio = statistics.median(looked[0] / decoded[0] for decoded, looked in pairs)
    cpu = statistics.median(looked[0] for _, looked in pairs)
    said = f"{ratio:6.2f}   goal <= 1.25   ({cpu:.1f} CPU s)"
    print(f"{'looking at a 30 s 1080 x 1920 ad, to decoding it':66} {said}")
    short, long = _child(_plain, ad)[1], _child(_plain, repeated(ad, 120))[1]
    print(f"{'memory at its highest, 30 s and 120 s':66} {short:.0f} and {long:.0f} MB")


def _plain(path: Path) -> None:
    inspect(path)


def _child(work: Callable[[Path], None], path: Path) -> tuple[float, float]:
    """(CPU seconds, MB at most) of the work in a process of its own; starting up is taken off."""
    before = _fork(lambda: None)
    after = _fork(lambda: work(path))
    return max(0.001, after[0] - before[0]), after[1]


def _fork(work: Callable[[], None]) -> tuple[float, float]:
    child = os.fork()
    if child == 0:
        work()
        os._exit(0)
    _, status, used = os.wait4(child, 0)
    if status:
        raise RuntimeError("the measured work failed")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def _defects() -> int:
    """The table; how many were not named as they should be."""
    wrong = 0
    print(f"{'planted':34} {'named':22} {'scenes':14} also named")
    with tempfile.TemporaryDirectory() as name:
        for case in cases():
            made = make(case.film, Path(name) / "ad.mp4")
            verdict = judge(inspect(made, case.texts), case.wanted or wanted_for(case.film))
            found = {finding.defect for finding in verdict.findings}
            scenes = {finding.scene for finding in verdict.findings if finding.defect == case.defect}
            right = case.defect in found and scenes == set(case.scenes)
            others = ", ".join(sorted(found - {case.defect})) or "nothing"
            wrong += not right or others != "nothing"
            where = (
                ", ".join(str(scene) for scene in sorted(scenes, key=str))
                if scenes != {None}
                else "whole film"
            )
            print(f"{case.name:34} {case.defect if right else 'NOT NAMED':22} {where:14} {others}")
    return wrong


def _clean() -> int:
    alarms = 0
    with tempfile.TemporaryDirectory() as name:
        for film in CLEAN:
            found = judge(inspect(make(film, Path(name) / "ad.mp4"), film.texts), wanted_for(film)).findings
            alarms += bool(found)
    print(f"{'false alarms on clean films':66} {alarms} of {len(CLEAN)}")
    return alarms


def _sizes() -> None:
    """Exports of the drawn ad, whose textures are busier than most footage."""
    with tempfile.TemporaryDirectory() as name:
        for kind, quality in (("mp4", "low"), ("mp4", "medium"), ("webm", "low"), ("gif", "high")):
            made = export(large_ad(), Path(name) / f"x.{kind}", kind, quality=quality)  # type: ignore[arg-type]  # both are from the lists
            size = f"{made.width} x {made.height}"
            print(f"{f'30 s as {kind}, {quality}, {size}':66} {made.size_bytes / 1e6:6.1f} MB")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
