"""What the sound says for a span: louder than its surroundings, lively, and spoken."""

import numpy as np

from kinoloop.footage.moments.records import Mode
from kinoloop.footage.moments.rules.channels import ChannelEvidence, Feature, Weights, absent, weighed
from kinoloop.footage.moments.rules.signals import (
    Grid,
    Values,
    coverage,
    local_median,
    moving_mean,
    per_bin,
    robust,
)
from kinoloop.media.records import Analysis, SoundTrack

WEIGHTS: Weights = {
    "viral": {"loudness": 0.5, "dynamics": 0.2, "speech": 0.3},
    "highlights": {"loudness": 0.7, "dynamics": 0.2, "speech": 0.1},
    "summary": {"loudness": 0.2, "dynamics": 0.1, "speech": 0.7},
}
QUIET_LUFS = -70.0
"""EBU R128's absolute gate: what lies below, digital silence included, counts as this."""
SURROUNDINGS = 180.0


def sound_evidence(grid: Grid, analysis: Analysis | None, mode: Mode) -> ChannelEvidence:
    """The sound's opinion over the grid."""
    if analysis is None:
        return absent("sound", "the file was not analysed")
    if analysis.sound is None:
        return absent("sound", analysis.reasons.get("sound", "no sound was measured"))
    level = _level(grid, analysis.sound)
    if level is None:
        return absent("sound", "no sound was measured in this stretch")
    features = _features(grid, analysis.sound, level, mode)
    return weighed("sound", features, "measured loudness")


def _level(grid: Grid, sound: SoundTrack) -> Values | None:
    loudness = np.maximum(np.asarray(sound.momentary, dtype=np.float64), QUIET_LUFS)
    return per_bin(grid, np.asarray(sound.times, dtype=np.float64), loudness)


def _features(grid: Grid, sound: SoundTrack, level: Values, mode: Mode) -> list[Feature]:
    weights = WEIGHTS[mode]
    rise = level - local_median(level, SURROUNDINGS)
    swing = moving_mean(np.abs(level - moving_mean(level, 3.0)), 3.0)
    made = [
        Feature("loudness", rise, robust(rise), weights["loudness"]),
        Feature("dynamics", swing, robust(swing), weights["dynamics"]),
    ]
    if sound.speech is not None:
        spoken = moving_mean(coverage(grid, sound.speech), 4.0)
        made.append(Feature("speech", spoken, robust(spoken), weights["speech"]))
    return made
