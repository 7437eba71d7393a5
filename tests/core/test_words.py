"""Ids, hashes, text, errors, files: the words that all rooms share."""

import pickle
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.core import errors, ids, text
from kinoloop.core.clock import ManualClock, SystemClock
from kinoloop.core.files import whole_file


@given(st.integers(0, 2**47), st.integers(0, 2**74 - 1), st.integers(0, 2**74 - 1))
def test_ids_sort_by_time(milliseconds: int, before: int, after: int) -> None:
    first, second = ids.uuid7(milliseconds, before), ids.uuid7(milliseconds + 1, after)
    assert first < second
    assert ids.is_id(first) and first[14] == "7"


def test_new_ids_differ_and_other_text_is_no_id() -> None:
    assert ids.new_id() != ids.new_id()
    assert not ids.is_id("../../etc/passwd")


def test_content_hashes_agree(tmp_path: Path) -> None:
    data = b"x" * (ids.CHUNK + 3)
    file = tmp_path / "f"
    file.write_bytes(data)
    assert ids.hash_file(file) == ids.hash_bytes(data)
    assert ids.hash_json({"b": 1, "a": [1, 2]}) == ids.hash_json({"a": [1, 2], "b": 1})


@pytest.mark.parametrize("kind", [k for k in vars(errors).values() if isinstance(k, type)])
def test_every_error_survives_a_process_border(kind: type[errors.KinoloopError]) -> None:
    error = kind("It broke.", why="A cable.", fix="Plug it in.")
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is kind
    assert str(again) == "It broke. A cable. Plug it in."
    assert again.as_dict() == {
        "code": kind.code,
        "what": "It broke.",
        "why": "A cable.",
        "fix": "Plug it in.",
    }


def test_secrets_are_masked() -> None:
    line = "Authorization: Bearer abc123 url=postgresql://me:hunter2@host/db token='t0p'"
    masked = text.redact(line)
    assert not any(secret in masked for secret in ("abc123", "hunter2", "t0p"))
    assert "host/db" in masked


def test_words_fold_case_and_accents() -> None:
    assert text.words("Où est L'été? 100% OK_go") == ["ou", "est", "l'ete", "100", "ok", "go"]
    assert (text.plural(1, "clip"), text.plural(3, "clip"), text.plural(0, "loss", "losses")) == (
        "1 clip",
        "3 clips",
        "0 losses",
    )


def test_a_file_is_whole_or_absent(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "out.txt"
    with whole_file(target) as part:
        part.write_text("whole")
        assert not target.exists() and part.suffix == ".txt"
    assert target.read_text() == "whole"
    with pytest.raises(RuntimeError, match="half way"), whole_file(target) as part:
        part.write_text("broken")
        raise RuntimeError("half way")
    assert target.read_text() == "whole"
    assert [p.name for p in target.parent.iterdir()] == ["out.txt"]


def test_clocks() -> None:
    assert abs(SystemClock().now() - datetime.now(UTC)) < timedelta(seconds=5)
    clock = ManualClock(datetime(2026, 1, 1, tzinfo=UTC))
    clock.advance(90)
    assert clock.now() == datetime(2026, 1, 1, 0, 1, 30, tzinfo=UTC)
