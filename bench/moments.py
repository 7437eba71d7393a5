"""Moments against evenly spaced windows, on films whose best stretches are known.

Most films are evidence alone; a few are real files that are drawn, encoded, decoded and measured.
`python -m bench.moments [--json] [--films N] [--videos N]` prints recall@3 (a planted peak
counts when a moment has IoU >= 0.5 with it), the mean over peaks of the best IoU, and how often each level of
confidence was right.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory
from time import perf_counter

from bench.moment_films import Film, planted_film
from bench.moment_videos import planted_video
from kinoloop.core.timecode import Span
from kinoloop.footage.moments.records import MODES, Found, Mode, MomentRequest
from kinoloop.footage.moments.rules import detect, even_spans

HIT = 0.5
KNOWN: tuple[tuple[str, bool, bool], ...] = (
    ("all", True, True),
    ("no words", False, True),
    ("words only", True, False),
)


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    mode: str
    evidence: str
    films: int
    recall_ours: float
    recall_even: float
    iou_ours: float
    iou_even: float
    mean_confidence: float
    milliseconds: float


def best_iou(peak: Span, spans: Sequence[Span]) -> float:
    return max((peak.iou(span) for span in spans), default=0.0)


def measure(
    mode: Mode, name: str, films: Sequence[Film], request: MomentRequest
) -> tuple[Row, list[tuple[float, bool]]]:
    """One row, and (confidence, was it right) of every moment."""
    ours: list[float] = []
    even: list[float] = []
    judged: list[tuple[float, bool]] = []
    began = perf_counter()
    detections = [detect(film.evidence, request).moments for film in films]
    spent = (perf_counter() - began) / len(films) * 1000
    for film, moments in zip(films, detections, strict=True):
        ours += [best_iou(peak, [m.span for m in moments]) for peak in film.peaks]
        even += [best_iou(peak, even_spans(film.evidence.whole, request)) for peak in film.peaks]
        judged += [(m.confidence, _right(m, film)) for m in moments]
    row = Row(
        mode=mode,
        evidence=name,
        films=len(films),
        recall_ours=_recall(ours),
        recall_even=_recall(even),
        iou_ours=fmean(ours),
        iou_even=fmean(even),
        mean_confidence=fmean(confidence for confidence, _ in judged),
        milliseconds=spent,
    )
    return row, judged


def _right(moment: Found, film: Film) -> bool:
    return any(peak.iou(moment.span) >= HIT for peak in film.peaks)


def _recall(ious: Sequence[float]) -> float:
    return fmean(float(iou >= HIT) for iou in ious)


def calibration(judged: Sequence[tuple[float, bool]]) -> list[dict[str, float]]:
    """Share of moments that were right, per fifth of confidence."""
    bins = []
    for low in (0.0, 0.2, 0.4, 0.6, 0.8):
        inside = [right for confidence, right in judged if low <= confidence < low + 0.2]
        if inside:
            bins.append(
                {"from": low, "to": low + 0.2, "moments": len(inside), "right": fmean(map(float, inside))}
            )
    return bins


def run(films: int, videos: int) -> dict[str, object]:
    """All rows and the calibration over them, weak and flat films included."""
    request_of = {mode: MomentRequest(mode=mode) for mode in MODES}
    rows: list[Row] = []
    judged: list[tuple[float, bool]] = []
    for mode in MODES:
        for name, transcript, analysis in KNOWN:
            made = [planted_film(s, mode, transcript=transcript, analysis=analysis) for s in range(films)]
            row, seen = measure(mode, name, made, request_of[mode])
            rows.append(row)
            judged += seen
        weak = [planted_film(1000 + s, mode, transcript=False, height=0.35) for s in range(films)]
        row, seen = measure(mode, "weak, no words", weak, request_of[mode])
        rows.append(row)
        judged += seen
    if videos:
        with TemporaryDirectory() as folder:
            drawn = [planted_video(Path(folder), seed) for seed in range(videos)]
            measured = [Film(video.evidence(), video.peaks) for video in drawn]
        for mode in MODES:
            row, _ = measure(mode, "real files, no words", measured, MomentRequest(mode=mode))
            rows.append(row)
    return {"rows": [asdict(row) for row in rows], "calibration": calibration(judged), "hit_iou": HIT}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON alone")
    parser.add_argument("--films", type=int, default=40, help="films per row")
    parser.add_argument("--videos", type=int, default=4, help="real files, drawn for this")
    asked = parser.parse_args()
    result = run(asked.films, asked.videos)
    if asked.json:
        print(json.dumps(result, indent=2))
        return
    print_table(result)


def print_table(result: dict[str, object]) -> None:
    rows = result["rows"]
    assert isinstance(rows, list)
    print(f"{'mode':<11}{'evidence':<21}{'recall@3':>9}{'even':>7}{'IoU':>7}{'even':>7}{'conf.':>7}{'ms':>7}")
    for row in rows:
        print(
            f"{row['mode']:<11}{row['evidence']:<21}{row['recall_ours']:>9.2f}{row['recall_even']:>7.2f}"
            f"{row['iou_ours']:>7.2f}{row['iou_even']:>7.2f}{row['mean_confidence']:>7.2f}{row['milliseconds']:>7.0f}"
        )
    bins = result["calibration"]
    assert isinstance(bins, list)
    print("confidence -> share of moments with IoU >= 0.5 to a planted peak")
    for part in bins:
        print(f"  {part['from']:.1f}-{part['to']:.1f}: {part['right']:.2f} of {part['moments']}")


if __name__ == "__main__":
    main()
