"""Winners against losers: a planted effect comes back, chance finds little, and little data finds nothing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import false_discovery_control

from kinoloop.learning.winners.records import TRAITS, Verdict, WinnerSettings
from kinoloop.learning.winners.rules.effects import Voice, benjamini_hochberg, learn, voices
from tests.learning.winners.makers import dna

SETTINGS = WinnerSettings()
LEVELS = {
    "hook_type": ("question", "problem", "fact", "offer"),
    "pacing": ("fast", "medium", "slow"),
    "caption_style": ("bold", "plain", "pop"),
    "cta": ("offer", "link", "plain"),
    "opening_shot": ("face", "lively", "calm"),
}


def heard(rng: np.random.Generator, count: int, effect: float = 0.0) -> list[Voice]:
    """Films of random traits; a question as hook adds `effect` to the log odds of winning."""
    made = []
    for _ in range(count):
        traits: dict[str, str | None] = {name: str(rng.choice(levels)) for name, levels in LEVELS.items()}
        odds = effect * (traits["hook_type"] == "question") - effect / 4
        made.append(Voice(traits, bool(rng.random() < 1 / (1 + np.exp(-odds)))))
    return made


def test_a_planted_effect_is_found_and_shrunk() -> None:
    runs = [learn(heard(np.random.default_rng(seed), 160, effect=2.5), SETTINGS) for seed in range(20)]
    found = [{(one.trait, one.level): one for one in run.found} for run in runs]
    hits = [one["hook_type", "question"] for one in found if ("hook_type", "question") in one]
    assert len(hits) >= 18
    assert all(one.effect > 0 and one.low < one.effect < one.high for one in hits)
    raw = [
        np.log((one.won + 0.5) * (one.others_lost + 0.5) / ((one.lost + 0.5) * (one.others_won + 0.5)))
        for one in hits
    ]
    assert all(one.effect < each for one, each in zip(hits, raw, strict=True))
    others = sum(len([key for key in one if key[0] != "hook_type"]) for one in found)
    assert others <= 5


def test_chance_finds_little() -> None:
    """With nothing planted any finding is false: at most one run in ten may have one (q <= 0.10)."""
    runs = [learn(heard(np.random.default_rng(1_000 + seed), 100), SETTINGS) for seed in range(100)]
    assert sum(bool(run.found) for run in runs) <= 10
    assert all(not run.abstained for run in runs)


def test_little_data_abstains_and_says_so() -> None:
    run = learn(heard(np.random.default_rng(1), 12, effect=5.0), SETTINGS)
    assert run.effects == () and set(run.abstained) == set(TRAITS)
    assert "20 in all and 4 of each are needed" in run.abstained["pacing"]
    only = [Voice(dict.fromkeys(TRAITS, "x"), True) for _ in range(50)]
    assert "50 winners and 0 losers" in learn(only, SETTINGS).abstained["cta"]
    assert learn([], SETTINGS).winners == 0


def test_survivors_alone_prove_nothing() -> None:
    """All winners share a trait that all losers share, too: the seed's formula would praise it."""
    made = [Voice(dict.fromkeys(TRAITS, "bold"), n % 2 == 0) for n in range(60)]
    assert learn(made, SETTINGS).effects == ()


def test_unknown_traits_are_left_out_not_guessed() -> None:
    made = [
        Voice({**one.traits, "opening_shot": None}, one.won) for one in heard(np.random.default_rng(2), 80)
    ]
    run = learn(made, SETTINGS)
    assert "opening_shot" in run.abstained and all(one.trait != "opening_shot" for one in run.effects)


def test_ads_of_one_film_with_the_same_traits_are_one_voice() -> None:
    ads = [dna(f"ad-{n}", "film", hook_type="question") for n in range(9)]
    verdicts: dict[str, Verdict] = {one.ad_id: "winner" for one in ads}
    assert len(voices(ads, verdicts)) == 1
    verdicts["ad-3"] = "loser"
    assert voices(ads, verdicts) == ()
    verdicts["ad-3"] = "neither"
    other = dna("ad-10", "film", hook_type="fact")
    assert [one.won for one in voices([*ads, other], verdicts | {"ad-10": "loser"})] == [False, True]


@given(arrays(np.float64, st.integers(1, 40), elements=st.floats(0.0, 1.0)))
def test_adjusted_p_values_are_those_of_benjamini_and_hochberg(p: np.ndarray) -> None:
    assert benjamini_hochberg(p) == pytest.approx(false_discovery_control(p, method="bh"))
    assert len(benjamini_hochberg(np.empty(0))) == 0
