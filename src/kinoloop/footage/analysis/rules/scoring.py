"""From the analysis of a file to its scored shots: features, scene, psychology, hook, novelty, composite."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kinoloop.core.errors import InputError
from kinoloop.core.ids import NewId
from kinoloop.core.timecode import Span
from kinoloop.footage.analysis.records import Features, Measured, Score, Scores, Shot, Vector
from kinoloop.footage.analysis.rules.arithmetic import mapped, saturating, weighted
from kinoloop.footage.analysis.rules.evidence import FileEvidence, inside
from kinoloop.footage.analysis.rules.features import features_of
from kinoloop.footage.analysis.rules.formula import COMPOSITE, MOTION_HALF, SCENE, VERSION
from kinoloop.footage.analysis.rules.hook import Hook, hook
from kinoloop.footage.analysis.rules.lexicon import Lexicon, own_lexicon
from kinoloop.footage.analysis.rules.novelty import novelty_scores
from kinoloop.footage.analysis.rules.psychology import psychology
from kinoloop.media.records import PictureTrack

LOOK = "look-v1"
NO_VECTOR = "this shot has no vector"


@dataclass(frozen=True, eq=False)
class Embeddings:
    """One unit vector (512,) per shot, or None, all of one `space`."""

    space: str
    vectors: tuple[Vector | None, ...]


def look_embeddings(file: FileEvidence, spans: Sequence[Span]) -> Embeddings:
    """The mean descriptor of each shot, made unit length again; None for a shot too short to hold one."""
    picture = file.analysis.picture
    return Embeddings(LOOK, tuple(None if picture is None else _mean_look(picture, span) for span in spans))


def _mean_look(picture: PictureTrack, span: Span) -> Vector | None:
    found = picture.descriptors[inside(picture.descriptor_times, span)]
    mean = found.astype(np.float64).sum(axis=0)
    length = float(np.linalg.norm(mean))
    return (mean / length).astype(np.float32) if length > 0 and np.isfinite(length) else None


def score_shots(
    asset_id: str,
    file: FileEvidence,
    *,
    new_id: NewId,
    embeddings: Embeddings | None = None,
    library: Vector | None = None,
    thumbnails: Sequence[str | None] | None = None,
    lexicon: Lexicon | None = None,
) -> tuple[Shot, ...]:
    """Every shot of the file, in time order.

    `embeddings` default to the look of the shots; `library` (n, 512) are the vectors of other assets in the
    same space, for novelty. Raises InputError when a sequence does not have one entry per shot.
    """
    spans = file.analysis.shots()
    vectors = embeddings or look_embeddings(file, spans)
    pictures = thumbnails or [None] * len(spans)
    if not len(spans) == len(vectors.vectors) == len(pictures):
        raise InputError(f"{len(spans)} shots need as many vectors and thumbnails.")
    words = lexicon or own_lexicon()
    novelties = novelty_scores(list(vectors.vectors), library, NO_VECTOR)
    made = []
    for span, vector, picture, novel in zip(spans, vectors.vectors, pictures, novelties, strict=True):
        features = features_of(file, span)
        space = None if vector is None else vectors.space
        scores = _scores(file, span, features, novel, words)
        made.append(Shot(new_id(), asset_id, span, features, scores, file.text(span), space, vector, picture))
    return tuple(made)


def _scores(file: FileEvidence, span: Span, features: Features, novel: Score, lexicon: Lexicon) -> Scores:
    scene = scene_score(features)
    mind, drivers = psychology(file, span, features, lexicon)
    found = hook(file, span, features, lexicon)
    whole = composite_score(mind.measured, found.strength, novel.measured)
    novel_parts = {part.name: part.measured.value for part in novel.parts}
    return Scores(
        scene=scene.value,
        psychology={name: score.value for name, score in drivers.items()} | _end(mind),
        hook=found.as_dict(),
        novelty=novel_parts | _end(novel),
        composite=whole.value,
        explanation=_explain(scene, mind, found, novel, whole, lexicon),
    )


def scene_score(features: Features) -> Score:
    """0.30 motion + 0.25 people + 0.20 words + 0.25 quality, over those that exist."""
    return weighted(
        "scene score",
        SCENE,
        {
            "motion": mapped(features["motion"], lambda level: saturating(level, MOTION_HALF)),
            "people": features["face_share"],
            "words": mapped(features["words_per_second"], lambda rate: float(rate > 0)),
            "quality": features["technical_quality"],
        },
    )


def composite_score(mind: Measured, strength: Measured, novel: Measured) -> Score:
    """0.40 psychology + 0.35 hook + 0.25 novelty, over those that exist."""
    return weighted("composite", COMPOSITE, {"psychology": mind, "hook": strength, "novelty": novel})


def _end(score: Score) -> dict[str, float | str | None]:
    return {"composite": score.value, "reason": score.measured.reason}


def _explain(
    scene: Score, mind: Score, found: Hook, novel: Score, whole: Score, lexicon: Lexicon
) -> dict[str, str | float]:
    return {
        "formula": VERSION,
        "lexicon": lexicon.version,
        "scene": scene.explanation,
        "psychology": mind.explanation,
        "hook": found.explanation,
        "novelty": novel.explanation,
        "composite": whole.explanation,
        "evidence": round(whole.evidence, 6),
    }
