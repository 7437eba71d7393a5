"""`make bench`: every measured figure of the README, one room after the other.

Figures are ratios from one run wherever machines differ. Real footage is read from KINOLOOP_REAL_MEDIA or
from `shared/media` beside the project; what is absent is named, never guessed.
"""

import subprocess
import sys
import time

ROOMS = (
    ("analysis", "one-pass analysis against decoding and PySceneDetect; cuts found; memory"),
    ("making", "smart cut, captioned 9:16 clip, frame accuracy"),
    ("ads", "a whole ad beside one ffmpeg graph and MoviePy; one changed shot; memory"),
    ("gate", "planted defects; what the gate costs beside decoding"),
    ("videos", "estimate against actual, kill -9 at 20 points, ten jobs at once, on the sandbox"),
    (
        "changes",
        "claims beside pg-boss; 1,000 changes under faults and kill -9, checked by the journal",
    ),
    ("attribution", "three layers beside the seed's fixed ones, on people whose clicks are known"),
    ("policies", "budget policies on the simulated market, with MABWiser; % of the oracle"),
    ("rounds", "one round of decisions for 10,000 ads beside MABWiser; memory"),
    ("predicting", "click rates on held-out headline tests; promotion of models; reliability"),
    ("off_policy", "policies valued on logged propensities, beside what they really earned"),
    ("winners", "exact index beside numpy; false alarms of fatigue; planted and null creative effects"),
    ("moments", "moments against evenly spaced windows"),
    ("throughput", "20 detections at once on two workers"),
    ("durability", "kill -9 at 20 random points of runs that make paid calls"),
    ("kills", "kill -9 at 20 random points of a worker that makes clips"),
    ("pages", "page times with 10,000 assets and 100,000 clips"),
)

MORE = {"analysis": ("--long",)}


def main(wanted: list[str]) -> int:
    """Run the rooms named, all when none is; the exit status counts those that broke."""
    broken = []
    for name, title in ROOMS:
        if wanted and name not in wanted:
            continue
        print(f"\n== {name}: {title}", flush=True)
        began = time.monotonic()
        command = [sys.executable, "-m", f"bench.{name}", *MORE.get(name, ())]
        if subprocess.run(command, check=False).returncode:
            broken.append(name)
        print(f"   ({time.monotonic() - began:.0f} s)", flush=True)
    if broken:
        print(f"\nNot measured to the end: {', '.join(broken)}")
    return len(broken)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
