"""What making clips costs, as ratios of CPU seconds in child processes, and how exact the cuts are.

`python -m bench.making [--json] [--rounds N]`. Beside us stands one ffmpeg command doing the same:
FFMPEG_BIN, `ffmpeg` on PATH, or the binary of imageio-ffmpeg; without any, the figure is 'not measured'.
"""

import argparse
import importlib
import json
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from tests.films import draw_film, frame_numbers

from bench.films import cache_folder, large_film
from kinoloop.core.timecode import Span, clock
from kinoloop.media.audio_mix import measure
from kinoloop.media.captions.records import Cue
from kinoloop.media.captions.rules import cues_from_words
from kinoloop.media.encoder import Encoder
from kinoloop.media.mux import Piece, join, write_pictures, write_sound
from kinoloop.media.probe import probe
from kinoloop.media.render import ClipPlan, render_clip
from kinoloop.media.smartcut import smart_cut
from kinoloop.media.spans import pictures_between, sound_of
from kinoloop.media.subtitles import spread

CUT = Span(Fraction("4.3"), Fraction("24.7"))
CLIP = Span(Fraction(6), Fraction(18))
SIZE = (1080, 1920)
SAID = (
    "Still drinking warm iced coffee at ten in the morning? I did, every single day. Then a friend handed me "
    "this bottle. Two walls of steel, one lid, and nothing else. Try one for thirty days."
)
CUTS = ((0.0, 2.0), (0.51, 4.49), (1.017, 7.313), (3.0, 6.0), (4.999, 5.2), (2.26, 9.97))


@dataclass(frozen=True)
class Row:
    """One figure: its value, the goal, and whether a smaller value is better; `reason` when not measured."""

    name: str
    value: float | None
    goal: str
    reason: str = ""


def main(arguments: Sequence[str]) -> int:
    """Print the table, or JSON; 0 unless something broke."""
    parser = argparse.ArgumentParser(prog="bench.making")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="kinoloop-bench-") as name:
        rows = [
            *_exactness(Path(name)),
            *_cutting(Path(name), asked.rounds),
            *_captioning(Path(name), asked.rounds),
        ]
    if asked.json:
        print(json.dumps([vars(row) for row in rows], indent=1))
        return 0
    for row in rows:
        value = f"not measured: {row.reason}" if row.value is None else f"{row.value:.3f}"
        remark = f"   ({row.reason})" if row.value is not None and row.reason else ""
        print(f"{row.name:70} {value:>10}   {row.goal}{remark}")
    return 0


def source_film() -> Path:
    """30 s of 1080p with a key picture each second, as phones record; made once."""
    path = cache_folder() / "making-1.mp4"
    if path.exists():
        return path
    raw = large_film(30)
    info = probe(raw)
    encoder = Encoder(extra=(("g", "25"), ("bf", "3")))
    with tempfile.TemporaryDirectory() as name:
        picture, sound = Path(name) / "p.mp4", Path(name) / "s.m4a"
        frames = (_counted(frame, n) for n, (_, frame) in enumerate(pictures_between(raw, info, info.whole)))
        write_pictures(frames, picture, encoder, width=1920, height=1080, rate=Fraction(25))
        samples = sound_of(raw, info, info.whole)
        assert samples is not None
        write_sound(samples, sound, encoder)
        join([Piece(picture, 0)], sound, path, rate=Fraction(25))
    return path


def ffmpeg() -> tuple[str | None, str]:
    """The binary to compare with and how it was found; None and why not."""
    if binary := os.environ.get("FFMPEG_BIN") or shutil.which("ffmpeg"):
        return binary, Path(binary).name
    try:
        found = importlib.import_module("imageio_ffmpeg")
        return str(found.get_ffmpeg_exe()), "imageio-ffmpeg"
    except (ImportError, RuntimeError):
        return None, "no ffmpeg: set FFMPEG_BIN, install ffmpeg, or pip install imageio-ffmpeg"


def _exactness(folder: Path) -> list[Row]:
    """Worst error of first and last picture over several cuts of a film with burnt-in numbers."""
    film, out = folder / "numbered.mp4", folder / "cut.mp4"
    draw_film(film, seconds=10, size=(640, 360), timecode=True, options={"g": "25", "bf": "3"})
    worst = {"smart cut": 0.0, "rendered clip": 0.0}
    for start, end in CUTS:
        span = Span(Fraction(str(start)), Fraction(str(end)))
        smart_cut(film, span, out)
        worst["smart cut"] = max(worst["smart cut"], _error(frame_numbers(out), span))
        render_clip(ClipPlan(film, span, height=360), out)
        worst["rendered clip"] = max(worst["rendered clip"], _error(frame_numbers(out), span))
    return [
        Row(f"first/last picture off by, {name} ({len(CUTS)} cuts), pictures", value, "<= 1")
        for name, value in worst.items()
    ]


def _error(numbers: Sequence[int], span: Span) -> float:
    first, last = span.start * 25, span.end * 25 - 1
    return float(max(abs(numbers[0] - first), abs(numbers[-1] - last)))


def _cutting(folder: Path, rounds: int) -> list[Row]:
    source, out = source_film(), folder / "out.mp4"
    start, end = float(CUT.start), float(CUT.end)
    binary, found = ffmpeg()
    options = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "18", "-c:a", "aac", str(out)]
    again = (
        None
        if binary is None
        else [binary, "-y", "-v", "error", "-ss", str(start), "-to", str(end), "-i", str(source), *options]
    )
    ours = lambda: cpu_of(lambda: smart_cut(source, CUT, out))  # noqa: E731 - one expression, named for the table
    anew = (lambda: cpu_of_command(again)) if again else (lambda: cpu_of(lambda: _reencode(source, out)))
    ratio, mine = interleaved(ours, anew, rounds)
    beside = found if again else "re-encoded by ourselves"
    return [
        Row(
            "smart cut of 20 s of 1080p, CPU ratio to re-encoding",
            ratio,
            "<= 0.10",
            f"{mine:.2f} CPU-s, beside {beside}",
        )
    ]


def _reencode(source: Path, out: Path) -> None:
    render_clip(ClipPlan(source, CUT, height=1080, loudness=None), out, encoder=Encoder(crf=18))


def _captioning(folder: Path, rounds: int) -> list[Row]:
    name = "captioned 9:16 clip of 12 s, 1080x1920, CPU ratio to one ffmpeg graph"
    binary, found = ffmpeg()
    if binary is None:
        return [Row(name, None, "<= 1.0", found)]
    source, out = source_film(), folder / "clip.mp4"
    cues = cues_from_words(spread(SAID, Span(Fraction(0), CLIP.duration)))
    plan = ClipPlan(source, CLIP, Fraction(9, 16), SIZE[1], cues=cues, style="bold")
    captions = folder / "captions.ass"
    captions.write_text(ass(cues))
    command = _graph(binary, source, captions, folder / "theirs.mp4")
    ratio, mine = interleaved(
        lambda: cpu_of(lambda: render_clip(plan, out)), lambda: cpu_of_command(command), rounds
    )
    level = measure_file(out)
    return [
        Row(name, ratio, "<= 1.0", f"{mine:.1f} CPU-s with the check, beside {found}"),
        Row("loudness of that clip, LUFS", level, "-14 +-1"),
    ]


def _graph(binary: str, source: Path, captions: Path, out: Path) -> list[str]:
    """The command a careful person would write: crop, scale, burn in, level, encode."""
    fonts = Path(__file__).resolve().parents[1] / "src" / "kinoloop" / "media" / "fonts"
    scale = f"crop=608:1080,scale={SIZE[0]}:{SIZE[1]}:flags=bicubic"
    picture = f"{scale},ass={captions}:fontsdir={fonts},format=yuv420p"
    span = ["-ss", str(float(CLIP.start)), "-t", str(float(CLIP.duration)), "-i", str(source)]
    sound = ["-af", "loudnorm=I=-14:TP=-1.5:LRA=11", "-ar", "48000", "-c:a", "aac", "-b:a", "160k"]
    encode = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-movflags", "+faststart"]
    return [binary, "-y", "-v", "error", *span, "-vf", picture, *sound, *encode, str(out)]


def ass(cues: Sequence[Cue]) -> str:
    """The cues as an ASS script, one event per word state with the word being said in colour."""
    head = (
        "[Script Info]\nScriptType: v4.00+\nPlayResX: 1080\nPlayResY: 1920\n\n[V4+ Styles]\n"
        "Format: Name,Fontname,Fontsize,PrimaryColour,OutlineColour,BackColour,Bold,BorderStyle,"
        "Outline,Shadow,Alignment,MarginV\n"
        "Style: D,Inter ExtraBold,88,&H00FFFFFF,&H000E0A0A,&H80000000,0,1,9,3,2,700\n\n[Events]\n"
        "Format: Layer,Start,End,Style,Text\n"
    )
    events = [_event(cue, number) for cue in cues for number in range(len(cue.words))]
    return head + "\n".join(events) + "\n"


def _event(cue: Cue, spoken: int) -> str:
    starts = [cue.span.start, *(word.start for word in cue.words[1:]), cue.span.end]
    line_break, number = "\\N", 0
    text = []
    for line in cue.lines:
        words = []
        for word in line:
            upper = word.text.upper()
            words.append(f"{{\\c&H2DDDFF&}}{upper}{{\\c&HFFFFFF&}}" if number == spoken else upper)
            number += 1
        text.append(" ".join(words))
    times = ",".join(clock(at, digits=2) for at in starts[spoken : spoken + 2])
    return f"Dialogue: 0,{times},D,{line_break.join(text)}"


def measure_file(path: Path) -> float | None:
    info = probe(path)
    samples = sound_of(path, info, info.whole)
    return None if samples is None else measure(samples).integrated


def interleaved(ours: Callable[[], float], theirs: Callable[[], float], rounds: int) -> tuple[float, float]:
    """Median of the per-round ratios ours / theirs, and the median of ours in CPU seconds."""
    pairs = [(ours(), theirs()) for _ in range(rounds)]
    return statistics.median(a / b for a, b in pairs), statistics.median(a for a, _ in pairs)


def cpu_of(work: Callable[[], object]) -> float:
    """CPU seconds (user + system) of the work in a forked child."""
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        except BaseException as error:
            print(error, file=sys.stderr)
            os._exit(1)
    return _waited(child)


def cpu_of_command(command: Sequence[str]) -> float:
    """CPU seconds of a program."""
    return _waited(os.spawnv(os.P_NOWAIT, command[0], list(command)))


def _waited(child: int) -> float:
    _, status, usage = os.wait4(child, 0)
    if status:
        raise RuntimeError(f"a measured child failed with status {os.waitstatus_to_exitcode(status)}")
    return usage.ru_utime + usage.ru_stime


def _counted(frame: av.VideoFrame, number: int) -> av.VideoFrame:
    frame.pts, frame.time_base = number, Fraction(1, 25)
    frame.pict_type = av.video.frame.PictureType.NONE
    return frame


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
