"""Words into weights: folding, names, beginnings, and the laws that a score must obey."""

import math

from hypothesis import given
from hypothesis import strategies as st

from kinoloop.footage.search.rules import STOP, ask, fuse, idf, merge, name_terms, snippet, terms_of, weigh


def test_words_are_folded() -> None:
    assert terms_of("Café’s ÉTÉ, don't!") == ["cafe's", "ete", "don't"]
    assert len(terms_of("x" * 500)[0]) == 64


def test_a_name_gives_its_parts_and_the_words_as_written() -> None:
    assert name_terms("BeachDay_01.mp4") == ["beach", "day", "01", "beachday"]
    assert name_terms("clip7.final.mov") == ["clip", "7", "final", "clip7"]
    assert name_terms("README") == ["readme"]


def test_a_question_leaves_out_common_words_unless_alone() -> None:
    assert ask("the coffee and cof").terms == ("coffee", "cof")
    assert ask("the coffee and cof").prefix == "cof"
    assert ask("the").terms == ("the",)
    assert ask("coffee ").prefix is None
    assert ask("find a").prefix is None
    assert ask("coffee a").prefix is None and ask("go the").prefix is None
    assert ask(" ?! ").terms == () and ask("").prefix is None
    assert len(ask(" ".join(f"w{n}" for n in range(50))).terms) == 12


def test_common_words_are_not_stored() -> None:
    assert set(weigh(["the", "coffee", "the"])) == {"coffee"}
    assert weigh([]) == {}


def test_weights_add_up() -> None:
    assert merge({"a": 1.0, "b": 2.0}, {"b": 3.0}) == {"a": 1.0, "b": 5.0}


def test_ranks_are_fused() -> None:
    scores = fuse(["a", "b"], ["b", "c"])
    assert max(scores, key=lambda key: scores[key]) == "b" and scores["a"] > scores["c"]


def test_a_snippet_shows_the_word_in_its_place() -> None:
    text = " ".join(f"w{n}" for n in range(40))
    assert snippet(text, ["w20"]).startswith("... w16") and snippet(text, ["w20"]).endswith("w27 ...")
    assert snippet("short text", ["none"]) == "short text" and snippet("", []) == ""
    assert snippet(text, ["w39"]).endswith("w39") and snippet(text, ["w0"]).startswith("w0 ")


@given(st.lists(st.sampled_from(["coffee", "tea", "milk"]), min_size=1, max_size=30))
def test_weights_are_positive_and_bounded(terms: list[str]) -> None:
    for weight in weigh(terms).values():
        assert 0 < weight < 2.2 and math.isfinite(weight)


@given(st.integers(1, 20), st.integers(0, 20))
def test_more_of_a_word_in_the_same_length_weighs_more(count: int, others: int) -> None:
    more = weigh(["coffee"] * (count + 1) + ["tea"] * others)
    less = weigh(["coffee"] * count + ["tea"] * (others + 1))
    assert more["coffee"] > less["coffee"]


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_rarer_word_never_counts_less(documents: int, holding: int) -> None:
    assert idf(documents, holding) >= 0
    assert idf(documents, min(holding, documents)) >= idf(documents, min(holding + 1, documents))


@given(st.text(max_size=60))
def test_any_question_can_be_asked(text: str) -> None:
    asked = ask(text)
    assert asked.prefix is None or asked.prefix in asked.terms
    assert set(asked.terms).isdisjoint(STOP) or set(asked.terms) <= STOP
    assert isinstance(snippet(text, asked.terms), str)
