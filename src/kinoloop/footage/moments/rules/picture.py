"""What the picture says for a span: motion, cutting, faces, and how unlike (or like) the rest it looks."""

from collections.abc import Sequence

import numpy as np

from kinoloop.core.timecode import Span
from kinoloop.footage.moments.records import Mode
from kinoloop.footage.moments.rules.channels import ChannelEvidence, Feature, Weights, absent, weighed
from kinoloop.footage.moments.rules.signals import STEP, Grid, Values, coverage, moving_mean, per_bin, robust
from kinoloop.media.records import Analysis, PictureTrack

WEIGHTS: Weights = {
    "viral": {"motion": 0.45, "cuts": 0.15, "novelty": 0.2, "faces": 0.2},
    "highlights": {"motion": 0.55, "cuts": 0.15, "novelty": 0.2, "faces": 0.1},
    "summary": {"motion": 0.15, "cuts": 0.05, "typical": 0.6, "faces": 0.2},
}
CUTS_AROUND = 8.0


def picture_evidence(
    grid: Grid, analysis: Analysis | None, faces: Sequence[Span] | None, mode: Mode
) -> ChannelEvidence:
    """The picture's opinion over the grid."""
    if analysis is None:
        return absent("picture", "the file was not analysed")
    if analysis.picture is None:
        return absent("picture", analysis.reasons.get("picture", "no picture was measured"))
    times = np.asarray(analysis.picture.times, dtype=np.float64)
    motion = per_bin(grid, times, np.asarray(analysis.picture.motion, dtype=np.float64))
    if motion is None:
        return absent("picture", "no picture was measured in this stretch")
    features = [*_moving(grid, analysis, motion, mode), *_looks(grid, analysis.picture, mode)]
    if faces is not None:
        seen = moving_mean(coverage(grid, faces), 4.0)
        features.append(Feature("faces", seen, robust(seen), WEIGHTS[mode]["faces"]))
    return weighed("picture", features, "measured picture")


def _moving(grid: Grid, analysis: Analysis, motion: Values, mode: Mode) -> list[Feature]:
    weights = WEIGHTS[mode]
    cuts = np.zeros(grid.bins)
    for boundary in analysis.boundaries:
        if grid.start < boundary.at < grid.start + grid.duration:
            cuts[grid.place(boundary.at)] += 1
    density = moving_mean(cuts, CUTS_AROUND) / STEP
    return [
        Feature("motion", motion, robust(np.log1p(np.maximum(motion, 0.0))), weights["motion"]),
        Feature("cuts", cuts, robust(density), weights["cuts"]),
    ]


def _looks(grid: Grid, picture: PictureTrack, mode: Mode) -> list[Feature]:
    """Distance of each look from the file's mean look (unit vectors: 1 - cosine)."""
    if not len(picture.descriptors):
        return []
    looks = np.asarray(picture.descriptors, dtype=np.float64)
    mean = looks.mean(axis=0)
    norm = float(np.linalg.norm(mean))
    if norm < 1e-9:
        return []
    distance = per_bin(
        grid, np.asarray(picture.descriptor_times, dtype=np.float64), 1.0 - looks @ (mean / norm)
    )
    if distance is None:
        return []
    if mode == "summary":
        return [Feature("typical", 1.0 - distance, robust(-distance), WEIGHTS[mode]["typical"])]
    return [Feature("novelty", distance, robust(distance), WEIGHTS[mode]["novelty"])]
