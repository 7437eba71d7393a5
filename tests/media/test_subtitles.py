"""Subtitle files read and written: times, word stamps, odd encodings, and errors that name the line."""

import json
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.core.errors import InputError
from kinoloop.core.timecode import Span
from kinoloop.media.captions.records import Cue
from kinoloop.media.captions.rules import cues_from_words
from kinoloop.media.records import Word
from kinoloop.media.subtitles import read_subtitles, spread, write_srt, write_vtt

SRT = (
    "1\n00:00:01,000 --> 00:00:03,000\nHello there\n<i>friend</i>\n\n2\n00:00:04,500 --> 00:00:05,000\nBye\n"
)
TEXTS = st.lists(st.text("abcXYZ&<>éß漢'", min_size=1, max_size=9), min_size=1, max_size=12)


def written(tmp_path: Path, name: str, text: str | bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_srt_words_are_spread_by_length(tmp_path: Path) -> None:
    transcript = read_subtitles(written(tmp_path, "a.srt", SRT))
    assert [word.text for word in transcript.words] == ["Hello", "there", "friend", "Bye"]
    assert transcript.words[0].start == 1 and transcript.words[2].end == 3
    assert transcript.words[3].span == Span(Fraction("4.5"), Fraction(5))
    assert not transcript.word_timed
    assert transcript.source == "the file a.srt"


def test_vtt_word_stamps_are_used(tmp_path: Path) -> None:
    text = (
        "WEBVTT\n\nNOTE a remark\n\n00:01.000 --> 00:03.000 align:start\n"
        "One <00:01.500><c>two</c> <00:02.250>three\n"
    )
    transcript = read_subtitles(written(tmp_path, "a.vtt", text))
    assert transcript.word_timed
    assert [float(word.start) for word in transcript.words] == [1.0, 1.5, 2.25]
    assert [float(word.end) for word in transcript.words] == [1.5, 2.25, 3.0]


@pytest.mark.parametrize(
    ("shape", "timed"),
    [
        ([{"text": "Hi", "start": 0.5, "end": 1}, {"word": "you", "start": 1, "end": 1.25}], True),
        (
            {"words": [{"word": " Hi", "start": 0.5, "end": 1}, {"word": " you", "start": 1, "end": 1.25}]},
            True,
        ),
        (
            {
                "language": "en",
                "segments": [
                    {
                        "text": " Hi you",
                        "start": 0.5,
                        "end": 1.25,
                        "words": [
                            {"word": " Hi", "start": 0.5, "end": 1},
                            {"word": " you", "start": 1, "end": 1.25},
                        ],
                    }
                ],
            },
            True,
        ),
        ({"segments": [{"text": "Hi you", "start": 0.5, "end": 1.25}]}, False),
    ],
)
def test_json_shapes(tmp_path: Path, shape: Any, timed: bool) -> None:
    transcript = read_subtitles(written(tmp_path, "a.json", json.dumps(shape)))
    assert [word.text for word in transcript.words] == ["Hi", "you"]
    assert transcript.words[0].start == Fraction(1, 2) and transcript.words[1].end == Fraction(5, 4)
    assert transcript.word_timed is timed
    assert transcript.language == ("en" if isinstance(shape, dict) and "language" in shape else None)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.srt", "1\n00:00:01,000 --> soon\nHi\n", "line 2: 'soon' is not a time"),
        ("a.srt", "1\n00:00:05,000 --> 00:00:01,000\nHi\n", "line 2: the cue ends before it starts"),
        ("a.srt", "1\n--> \nHi\n", "line 2"),
        ("a.srt", "just prose", "line 1: no line with times"),
        ("a.vtt", "00:01.000 --> 00:02.000\nHi", "begins with the word WEBVTT"),
        ("a.json", "{,}", "line 1: this is not valid JSON"),
        ("a.json", '{"title": 3}', "holds no transcript"),
        ("a.json", '[{"text": "x", "start": "soon", "end": 1}]', "entry 1"),
        ("a.json", '[{"text": "x", "start": 2, "end": 1}]', "entry 1 ends before"),
        ("a.srt", b"\x00\x01\xff\x80", "not a text file"),
        ("a.doc", "x", "not a kind of subtitle file"),
    ],
)
def test_bad_files_name_the_place(tmp_path: Path, name: str, content: str | bytes, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_subtitles(written(tmp_path, name, content))


def test_missing_and_huge_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_subtitles(tmp_path / "none.srt")
    monkeypatch.setattr("kinoloop.media.subtitles.LARGEST", 10)
    with pytest.raises(InputError, match="too large"):
        read_subtitles(written(tmp_path, "a.srt", SRT))


def test_other_encodings_and_empty_files(tmp_path: Path) -> None:
    text = "1\r\n00:00:00,000 --> 00:00:01,000\r\nCafé\r\n"
    for name, data in (
        ("a.srt", text.encode("utf-16")),
        ("b.srt", text.encode("cp1252")),
        ("c.srt", text.encode("utf-8-sig")),
    ):
        assert read_subtitles(written(tmp_path, name, data)).words[0].text == "Café"
    assert read_subtitles(written(tmp_path, "d.srt", "")).words == ()
    assert read_subtitles(written(tmp_path, "e.vtt", "WEBVTT\n")).words == ()


@given(TEXTS, st.integers(0, 100_000), st.integers(1, 20_000))
def test_spread_fills_the_span_in_order(texts: list[str], start: int, length: int) -> None:
    span = Span(Fraction(start, 1000), Fraction(start + length, 1000))
    words = spread(" ".join(texts), span)
    assert words[0].start == span.start and words[-1].end == span.end
    assert all(a.end == b.start for a, b in pairwise(words))


@pytest.mark.parametrize("kind", [".srt", ".vtt"])
def test_cues_round_trip(tmp_path: Path, kind: str) -> None:
    @given(TEXTS)
    def holds(texts: list[str]) -> None:
        if kind == ".srt":  # SubRip has no escapes: angle brackets there are tags
            texts = [text.replace("<", "(").replace(">", ")") for text in texts]
        words = [Word(text, Fraction(n), Fraction(n) + Fraction(3, 4)) for n, text in enumerate(texts)]
        cues = cues_from_words(words)
        path = tmp_path / f"round{kind}"
        (write_srt if kind == ".srt" else write_vtt)(cues, path)
        read = read_subtitles(path)
        assert [word.text for word in read.words] == texts
        if kind == ".vtt":
            assert [word.start for word in read.words] == [word.start for word in words]

    holds()


def test_what_is_written(tmp_path: Path) -> None:
    word = Word("A & B", Fraction(1), Fraction(2))
    cue = Cue(Span(Fraction(1), Fraction(2)), ((word,), (Word("c", Fraction("1.5"), Fraction(2)),)))
    write_srt([cue], tmp_path / "o.srt")
    write_vtt([cue], tmp_path / "o.vtt")
    assert (tmp_path / "o.srt").read_text() == "1\n00:00:01,000 --> 00:00:02,000\nA & B\nc\n"
    assert (tmp_path / "o.vtt").read_text() == (
        "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nA &amp; B\n<00:00:01.500>c\n"
    )


@pytest.mark.realmedia
def test_a_real_srt(real_media: Path) -> None:
    transcript = read_subtitles(real_media / "me_mediaelement.srt")
    assert len(transcript.words) > 40
    assert transcript.words == tuple(sorted(transcript.words, key=lambda word: word.start))
