"""The parts of the rules on their own: signals, sentences, edges, selection, keywords, even spans."""

import tracemalloc
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinoloop.core.timecode import Span
from kinoloop.footage.moments.records import Evidence, MomentRequest
from kinoloop.footage.moments.rules import detect
from kinoloop.footage.moments.rules.centrality import centrality
from kinoloop.footage.moments.rules.edges import find_edges
from kinoloop.footage.moments.rules.passthrough import even_spans
from kinoloop.footage.moments.rules.picture import picture_evidence
from kinoloop.footage.moments.rules.scoring import Candidates
from kinoloop.footage.moments.rules.selection import best_set
from kinoloop.footage.moments.rules.sentences import in_order, sentences
from kinoloop.footage.moments.rules.signals import Grid, coverage, per_bin, robust
from kinoloop.footage.moments.rules.wording import keywords, word_counts
from kinoloop.media.records import Transcript, Word
from tests.footage.moments.evidence import cut, seconds, spans, talk, tracks

TWO = Grid(Fraction(10), Fraction(2))


def test_coverage_is_the_share_of_each_half_second() -> None:
    covered = coverage(TWO, spans([(9, 10.25), (11.25, 11.75)]))
    assert covered.tolist() == [0.5, 0.0, 0.5, 0.5]
    assert coverage(TWO, ()).tolist() == [0, 0, 0, 0]


def test_samples_are_averaged_and_gaps_bridged() -> None:
    binned = per_bin(TWO, np.array([10.0, 10.1, 11.6]), np.array([1.0, 3.0, 8.0]))
    assert binned is not None and binned.tolist() == [2.0, 4.0, 6.0, 8.0]
    assert per_bin(TWO, np.array([1.0]), np.array([1.0])) is None


def test_the_robust_scale_knows_sparse_and_flat_values() -> None:
    assert robust(np.ones(9)).tolist() == [0.0] * 9
    sparse = robust(np.array([0.0] * 9 + [1.0]))
    assert sparse[0] == 0 and sparse[-1] == 4


def test_sentences_end_at_marks_and_pauses_and_are_never_endless() -> None:
    transcript = talk("One two three. Four five six", gap=0.125)
    assert [(s.first, s.last) for s in sentences(transcript.words)] == [(0, 2), (3, 5)]
    monologue = talk("word " * 80, gap=0.125)
    parts = sentences(monologue.words)
    assert [parts[0].first, parts[-1].last] == [0, 79]
    assert all(a.last + 1 == b.first for a, b in pairwise(parts))
    assert all(part.span.duration <= 12 for part in parts)
    assert not parts[0].closes and not parts[1].opens and parts[-1].closes
    paused = (Word("a", Fraction(0), Fraction(1)), Word("b", Fraction(2), Fraction(3)))
    assert len(sentences(paused)) == 2
    assert sentences(()) == ()


def test_words_are_put_in_order_and_cut_at_the_end() -> None:
    drawn = [
        Word("b", Fraction(3), Fraction(9)),
        Word("a", Fraction(1), Fraction(2)),
        Word(" ", Fraction(2), Fraction(3)),
    ]
    kept = in_order([*drawn, Word("late", Fraction(7), Fraction(8))], Span(Fraction(0), Fraction(5)))
    assert [(w.text, int(w.end)) for w in kept] == [("a", 2), ("b", 5)]


def test_a_shot_boundary_near_a_sentence_becomes_its_edge() -> None:
    words = talk("Nothing here yet. Then it begins. And ends there.", start=1.0).words
    parts = sentences(words)
    shot = parts[1].span.start - Fraction(3, 10)
    edges = find_edges(Span(Fraction(0), Fraction(20)), words, parts, [shot], (), MomentRequest())
    best = max(edges[1:], key=lambda edge: edge.opens)
    assert best.at == shot and best.opens == 1.0


def test_edges_inside_words_do_not_exist() -> None:
    words = talk("long words here.", word=2.0).words
    shots, silent = [words[0].start + 1], spans([(1.0, 4.0)])
    edges = find_edges(
        Span(Fraction(0), Fraction(20)), words, sentences(words), shots, silent, MomentRequest()
    )
    assert not [e for e in edges for w in words if w.start < e.at < w.end]


def test_looks_that_say_nothing_are_left_out() -> None:
    film = tracks(20)
    assert film.picture is not None
    names = [f.name for f in picture_evidence(Grid(Fraction(0), Fraction(20)), film, None, "viral").features]
    assert names == ["motion", "cuts", "novelty"]
    cancelling = np.zeros((2, 512), dtype=np.float32)
    cancelling[0, 0], cancelling[1, 0] = 1, -1
    for looks, times in ((cancelling, [1.0, 2.0]), (cancelling[:1], [99.0]), (cancelling[:0], [])):
        odd = replace(film.picture, descriptors=looks, descriptor_times=np.array(times))
        seen = picture_evidence(Grid(Fraction(0), Fraction(20)), replace(film, picture=odd), None, "viral")
        assert [f.name for f in seen.features] == ["motion", "cuts"]


def test_cuts_and_faces_are_named_with_their_figures() -> None:
    cuts = [*(60 + 2.0 * i for i in range(10)), 250.0]
    film = tracks(200, cuts=cuts)
    assert film.boundaries[0] == cut(60)
    evidence = Evidence(Fraction(200), replace(film, sound=None), None, faces=spans([(60, 80)]))
    moment = detect(evidence, MomentRequest(max_moments=1)).moments[0]
    assert moment.span.overlap(Span(seconds(60), seconds(80))) > 12
    assert "cuts in" in moment.reason and "a face in" in moment.reason


def test_central_sentences_share_words_with_many() -> None:
    ranks = centrality([["oven", "heat"], ["oven", "bread"], ["heat", "bread", "oven"], ["sailing"], []])
    assert ranks[2] == max(ranks) and ranks[3] == ranks[4] == 0
    assert centrality([["one"], ["two"]]).tolist() == [0, 0]


def test_keywords_are_those_of_this_stretch() -> None:
    here, whole = (
        talk("bread oven bread the water 42").words,
        talk("bread oven bread the water oven oven oven").words,
    )
    assert keywords(word_counts(here), word_counts(whole)) == ("bread", "water", "oven")


@pytest.mark.parametrize(("length", "count"), [(100, 3), (45, 3), (44, 2), (15, 1), (14, 1), (0, 0)])
def test_even_spans_lie_inside_and_apart(length: int, count: int) -> None:
    made = even_spans(Span(Fraction(0), Fraction(length)), MomentRequest())
    assert len(made) == count
    assert all(0 <= s.start < s.end <= length and s.duration == min(15, length) for s in made)
    assert all(one.overlap(other) == 0 for one, other in combinations(made, 2))


@st.composite
def drawn_candidates(draw: st.DrawFn) -> Candidates:
    pairs = draw(
        st.sets(st.tuples(st.integers(0, 7), st.integers(1, 8)).filter(lambda p: p[0] < p[1]), max_size=9)
    )
    ordered = sorted(pairs)
    strengths = [draw(st.integers(-3, 9)) for _ in ordered]
    return Candidates(
        np.array([p[0] for p in ordered], dtype=np.int64),
        np.array([p[1] for p in ordered], dtype=np.int64),
        np.array(strengths, dtype=np.float64),
    )


@settings(deadline=None)
@given(drawn_candidates(), st.integers(1, 4))
def test_the_chosen_set_is_the_best_of_all(among: Candidates, most: int) -> None:
    chosen = best_set(among, 9, most)
    assert len(chosen) <= most
    assert all(among.end[a] <= among.start[b] for a, b in pairwise(chosen))
    best = max(
        sum(among.strength[i] for i in some)
        for size in range(most + 1)
        for some in combinations(range(len(among.strength)), size)
        if all(
            among.end[a] <= among.start[b] or among.end[b] <= among.start[a] for a, b in combinations(some, 2)
        )
    )
    assert sum(among.strength[i] for i in chosen) == best


@pytest.mark.slow
def test_three_hours_of_talk_cost_little_and_give_what_a_part_gives() -> None:
    """A far-away peak is found alike in three hours and in the ten minutes around it; memory stays small."""
    plain = "we put the chair over there and then some paper came out of the box today. "
    hook = "Why does nobody tell you this secret? Never make this mistake! You lose money now. " * 3
    whole = talk(plain * 1000 + hook + plain * 300)
    assert whole.words[-1].end > 10_000
    start = next(w.start for w in whole.words if w.text == "Why")
    part = Evidence(Fraction(600), None, _cut_out(whole, start - 300), start=start - 300)
    request = MomentRequest(max_moments=1)
    tracemalloc.start()
    found = detect(Evidence(whole.words[-1].end + 1, None, whole), request)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 60 << 20
    assert found.moments[0].span.iou(detect(part, request).moments[0].span) > 0.9


def _cut_out(transcript: Transcript, start: Fraction) -> Transcript:
    return replace(
        transcript, words=tuple(w for w in transcript.words if start <= w.start and w.end <= start + 600)
    )
