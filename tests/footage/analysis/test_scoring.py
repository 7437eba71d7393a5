"""Psychology, hook, novelty, composite and ranking on planted evidence; nothing invented without any."""

import json
import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.core.errors import InputError
from kinoloop.footage.analysis.records import FaceSamples, Shot
from kinoloop.footage.analysis.rules.evidence import FileEvidence
from kinoloop.footage.analysis.rules.formula import NEAR_DUPLICATE
from kinoloop.footage.analysis.rules.novelty import NO_OTHERS, novelty, novelty_scores
from kinoloop.footage.analysis.rules.ranking import rank
from kinoloop.footage.analysis.rules.scoring import Embeddings, look_embeddings, score_shots
from kinoloop.media.records import Transcript
from tests.footage.fill import Ids, analysis, near, picture, shot, sound, span, transcript, unit

FILM = analysis(frames=picture(10), heard=sound(10))
HOOKS = (
    ("why does nobody know this secret", "curiosity_gap"),
    ("hurry this deal ends today", "urgency_scarcity"),
    ("thousands of customers recommend it", "social_proof"),
    ("I struggled and felt so alone", "emotional_story"),
)


def _score(file: FileEvidence, library: np.ndarray | None = None) -> tuple[Shot, ...]:
    return score_shots("asset", file, new_id=Ids(), library=library)


@pytest.mark.parametrize(("text", "kind"), HOOKS)
def test_what_is_said_first_names_the_hook(text: str, kind: str) -> None:
    first, *rest = _score(FileEvidence(FILM, transcript(text, each=0.4)))
    assert first.scores.hook["hook_type"] == kind and first.scores.hook["strength"] > 0.5
    assert first.scores.hook["confidence"] == 1.0 and first.text == text
    assert first.scores.explanation["hook"].startswith(f"{kind}: ")
    assert rest[0].scores.psychology["composite"] is None
    assert rest[0].scores.psychology["reason"] == "no words are spoken in this shot"


def test_a_hook_without_words_is_a_pattern_interrupt() -> None:
    quick = analysis(
        cuts=(0.8, 1.6, 2.4, 6), frames=picture(10, motion=24.0), heard=sound(10, integrated=-30)
    )
    first = _score(FileEvidence(quick))[0]
    assert first.scores.hook["hook_type"] == "pattern_interrupt"
    assert first.scores.hook["strength"] == pytest.approx(0.4 + 0.3 + 0.3 * 24 / 32, abs=1e-6)
    assert first.scores.hook["confidence"] == 0.5


def test_a_dull_opening_has_no_hook_and_says_so() -> None:
    film = FileEvidence(analysis(cuts=(), frames=picture(10, motion=0.0), heard=sound(10)))
    hook = _score(film)[0].scores
    assert hook.hook["hook_type"] is None and hook.hook["strength"] == 0.0
    assert "stronger than 0.10" in hook.explanation["hook"]


def test_without_evidence_nothing_is_invented() -> None:
    (only,) = _score(FileEvidence(analysis(cuts=(), frames=picture(0), reasons={"sound": "no sound stream"})))
    scores = only.scores
    assert only.space is None and only.embedding is None and only.text is None
    assert (scores.composite, scores.scene) == (None, None)
    assert scores.psychology["composite"] is None and scores.psychology["reason"] == "no transcript"
    assert scores.hook["strength"] is None and "no sound stream" in scores.hook["reason"]
    assert scores.novelty == {
        "embedding_distance": None,
        "diversity": None,
        "composite": None,
        "reason": "this shot has no vector",
    }
    assert scores.explanation["evidence"] == 0
    assert scores.explanation["hook"].startswith("no hook strength")


def test_missing_parts_are_left_out_and_named() -> None:
    first = _score(FileEvidence(FILM))[0]
    strength, novel = first.scores.hook["strength"], first.scores.novelty["composite"]
    assert first.composite == pytest.approx((0.35 * strength + 0.25 * novel) / 0.60)
    assert "missing: psychology (no transcript)" in first.scores.explanation["composite"]
    assert first.scores.explanation["formula"] == "scores-1" and first.scores.explanation["evidence"] == 0.6


def test_pace_loudness_motion_and_faces_add_to_words() -> None:
    text = "wow I felt it now"
    slow = FileEvidence(FILM, transcript(text, each=0.7))
    faces = FaceSamples(np.arange(0, 4.0), np.ones(4, dtype=np.int64))
    close = _score(replace(slow, faces=faces))[0].scores.psychology
    far = _score(replace(slow, faces=replace(faces, counts=np.zeros(4, dtype=np.int64))))[0].scores.psychology
    assert close["empathy"] > far["empathy"] and close["surprise"] == far["surprise"]
    lively = replace(
        slow, analysis=analysis(frames=picture(10, motion=40.0), heard=sound(10, integrated=-30))
    )
    assert _score(lively)[0].scores.psychology["surprise"] > far["surprise"]


def test_scores_are_json_and_repeat() -> None:
    file = FileEvidence(FILM, transcript("hurry " * 8), short_side=1080)
    first, second = _score(file), _score(file)
    assert [s.scores for s in first] == [s.scores for s in second]
    for made in first:
        json.dumps([vars(made.scores), {n: m.as_dict() for n, m in made.features.items()}], allow_nan=False)


def test_each_shot_needs_its_vector_and_picture() -> None:
    file = FileEvidence(FILM)
    with pytest.raises(InputError, match="3 shots"):
        score_shots("a", file, new_id=Ids(), embeddings=Embeddings("clip:1", (unit(1),)))
    with pytest.raises(InputError):
        score_shots("a", file, new_id=Ids(), thumbnails=["a.jpg"])
    made = score_shots("a", file, new_id=Ids(), embeddings=Embeddings("clip:1", (unit(1), None, unit(2))))
    assert [s.space for s in made] == ["clip:1", None, "clip:1"]


def test_a_look_is_the_mean_direction_of_the_shot() -> None:
    a, b = unit(1), unit(2)
    looks = np.stack([a] * 8 + [b] * 12)
    found = look_embeddings(
        FileEvidence(analysis(frames=picture(10, descriptors=looks))), [span(0, 4), span(9.7, 9.8)]
    )
    assert found.vectors[0] is not None and found.vectors[1] is None
    assert float(found.vectors[0] @ a) == pytest.approx(1, abs=1e-5)
    blind = look_embeddings(FileEvidence(analysis()), [span(0, 4)])
    assert blind.vectors == (None,)


def test_novelty_is_the_distance_to_the_four_nearest() -> None:
    cosines = np.array([0.9, 0.8, 0.7, 0.6, -0.5], dtype=np.float32)
    score = novelty(cosines, "")
    parts = {part.name: part.measured.value for part in score.parts}
    assert parts["embedding_distance"] == pytest.approx(0.25) and parts["diversity"] == 0.5
    assert score.value == pytest.approx(0.7 * 0.25 + 0.3 * 0.5)


def test_a_shot_alone_has_no_novelty() -> None:
    (alone,) = novelty_scores([unit(1)], None, "no vector")
    assert alone.value is None and alone.measured.reason == NO_OTHERS
    with_library = novelty_scores([unit(1), None], np.stack([unit(1), unit(2)]), "no vector")
    assert (with_library[0].value or 0) < 0.6 and with_library[1].measured.reason == "no vector"
    assert novelty_scores([None], unit(1)[None], "no vector")[0].value is None


def test_many_shots_are_compared_in_blocks_like_at_once() -> None:
    vectors = [unit(n) for n in range(150)]
    found = novelty_scores(list(vectors), None, "")
    matrix = np.stack(vectors)
    for row in (0, 63, 64, 149):
        others = np.delete(matrix, row, axis=0) @ matrix[row]
        assert found[row].value == pytest.approx(novelty(others, "").value, abs=1e-6)


@given(st.floats(0, 0.84), st.floats(0, 0.84))
def test_novelty_falls_with_likeness(one: float, other: float) -> None:
    low, high = sorted((one, other))
    values = [novelty(np.full(4, cosine, dtype=np.float32), "").value or 0 for cosine in (low, high)]
    assert values[0] >= values[1]


def test_the_same_picture_is_ranked_once() -> None:
    new_id, look = Ids(), unit(1)
    best = shot("a", new_id, at=4, composite=0.9, vector=near(look, 5, cosine=0.95))
    twin = shot("a", new_id, at=0, composite=0.8, vector=look)
    elsewhere = shot("a", new_id, at=2, composite=0.7, vector=look, space="clip:1")
    blind = shot("a", new_id, at=6, composite=None)
    found = rank([blind, twin, elsewhere, best])
    assert [s.clip_id for s in found.kept] == [best.clip_id, elsewhere.clip_id, blind.clip_id]
    assert found.duplicates == {twin.clip_id: best.clip_id}
    assert [s.clip_id for s in rank([blind, twin, elsewhere, best], top=1).kept] == [best.clip_id]


@given(st.permutations(range(8)), st.lists(st.sampled_from([None, 0.1, 0.5, 0.9]), min_size=8, max_size=8))
def test_the_order_handed_in_does_not_matter(order: list[int], scores: list[float | None]) -> None:
    new_id = Ids()
    base = [unit(n // 2) for n in range(8)]
    shots = [shot("a", new_id, at=2 * n, composite=scores[n], vector=base[n]) for n in range(8)]
    found = rank([shots[n] for n in order])
    assert found.kept == rank(shots).kept and found.duplicates == rank(shots).duplicates
    assert len(found.kept) + len(found.duplicates) == 8
    kept = [s.embedding for s in found.kept if s.embedding is not None]
    assert all(float(a @ b) <= NEAR_DUPLICATE for n, a in enumerate(kept) for b in kept[:n])


words = st.lists(
    st.sampled_from(["why", "now", "wow", "love", "everyone", "plain", "the", "dog"]), max_size=12
)


@given(words, st.booleans(), st.booleans(), st.sampled_from([None, "en", "pl"]))
def test_no_mix_of_evidence_breaks_a_score(
    spoken: list[str], seen: bool, heard: bool, language: str | None
) -> None:
    said = (
        transcript(" ".join(spoken), language=language) if spoken else Transcript((), language, "test", True)
    )
    file = FileEvidence(
        analysis(frames=picture(10) if seen else None, heard=sound(10) if heard else None), said
    )
    for made in _score(file):
        value = made.composite
        assert value is None or 0 <= value <= 1
        assert made.scores.psychology["composite"] is not None or made.scores.psychology["reason"]
        json.dumps(vars(made.scores), allow_nan=False)


def test_a_long_film_is_scored_in_seconds() -> None:
    cuts = [float(n) for n in range(4, 2000, 4)]
    said = transcript("why plain words now " * 1250, each=0.4)
    looks = np.tile(np.stack([unit(n) for n in range(8)]), (500, 1))
    file = FileEvidence(
        analysis(2000, cuts=cuts, frames=picture(2000, descriptors=looks), heard=sound(2000)), said
    )
    started = time.process_time()
    assert len(_score(file)) == 500
    assert time.process_time() - started < 3
