"""Jobs measured from outside, one per process: `python -m bench.jobs JOB FILE`."""

import sys
from collections.abc import Callable
from pathlib import Path

from kinoloop.media.records import Tier


def decode(path: Path) -> None:
    """Every picture and all sound, nothing else."""
    import av

    with av.open(str(path)) as container:
        streams = [*container.streams.video[:1], *container.streams.audio[:1]]
        for stream in container.streams.video[:1]:
            stream.thread_type = "AUTO"
        for packet in container.demux(*streams):
            packet.decode()


def decode_picture(path: Path) -> None:
    """Every picture alone."""
    import av

    with av.open(str(path)) as container:
        container.streams.video[0].thread_type = "AUTO"
        for _ in container.decode(video=0):
            pass


def ours(tier: Tier, speech: bool) -> Callable[[Path], None]:
    def run(path: Path) -> None:
        from kinoloop.media.analyse import analyse

        analyse(path, tier, speech=speech)

    return run


def content(path: Path) -> None:
    """PySceneDetect's content detector."""
    import scenedetect

    scenedetect.detect(str(path), scenedetect.ContentDetector())


JOBS: dict[str, Callable[[Path], None]] = {
    "decode": decode,
    "decode picture": decode_picture,
    "full": ours("full", speech=False),
    "full + speech": ours("full", speech=True),
    "speed": ours("speed", speech=False),
    "triage": ours("triage", speech=False),
    "PySceneDetect content": content,
}


def peak_kib() -> int:
    """Largest resident size of this process since it was started; what its parent held does not count."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


if __name__ == "__main__":
    JOBS[sys.argv[1]](Path(sys.argv[2]))
    print(peak_kib())
