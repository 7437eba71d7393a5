"""Briefs as files: the sample, errors with lines, hostile files, and the reference that tells every key."""

import re
from pathlib import Path

import pytest

from kinoloop.core.errors import InputError, NotFoundError
from kinoloop.creative.briefs.reading import KEYS, LARGEST, parse_brief, read_brief, sample_brief
from kinoloop.creative.briefs.rules import LIST_LIMITS, TEXT_LIMITS

REFERENCE = Path(__file__).parents[3] / "docs" / "reference" / "brief.md"
LEAST = 'name = "a"\nproduct = "b"\n'


def test_the_sample_is_a_brief(tmp_path: Path) -> None:
    path = tmp_path / "BRIEF.toml"
    path.write_text(sample_brief())
    brief = read_brief(path)
    assert brief == parse_brief(sample_brief())
    assert brief.duration == 30 and len(brief.facts) == 4


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('name = "a"\nproduct = "b\n', "line 2"),
        ('name = "a"\nproduct = [', "at the end, line 2"),
        (LEAST + 'fact = ["c"]', r"unknown key 'fact' \(line 3\).*Did you mean 'facts'"),
        (LEAST + "[zzz]\nx = 1", r"unknown key 'zzz' \(line 3\).*Known keys: name"),
        (LEAST + "duration = 31", "'duration' is 31 s"),
        (LEAST + "duration = [3]", "duration: Input should be a valid integer"),
        (LEAST + "facts = 'one'", "facts: Input should be a valid tuple"),
        (LEAST + "format = 'reel'", "format: Input should be"),
        (LEAST + "format = [1]", "format: Input should be"),
        ('product = "b"', "name: Field required"),
        (LEAST + "name = 'again'", "line 3"),
        ("name = " + "[" * 5000, "cannot be read as TOML"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, message: str) -> None:
    with pytest.raises(InputError) as told:
        parse_brief(text)
    assert re.search(message, str(told.value)), str(told.value)


def test_the_platform_follows_the_format_unless_it_is_told() -> None:
    assert parse_brief(LEAST).platform == "meta"
    assert parse_brief(LEAST + 'format = "tiktok"\nduration = 30').platform == "tiktok"
    assert parse_brief(LEAST + 'format = "tiktok"\nduration = 30\nplatform = "custom"').platform == "custom"


def test_files_that_are_no_briefs(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="There is no file"):
        read_brief(tmp_path / "none.toml")
    with pytest.raises(InputError, match="cannot be read"):
        read_brief(tmp_path)
    large, odd = tmp_path / "large.toml", tmp_path / "odd.toml"
    large.write_bytes(b"#" * (LARGEST + 1))
    odd.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="larger than 64 KiB"):
        read_brief(large)
    with pytest.raises(InputError, match="not UTF-8"):
        read_brief(odd)


def test_a_music_file_counts_from_the_brief(tmp_path: Path) -> None:
    path = tmp_path / "BRIEF.toml"
    path.write_text(LEAST + 'music_file = "tune.wav"')
    assert read_brief(path).music_file == str(tmp_path.resolve() / "tune.wav")


def test_a_brief_saved_with_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "BRIEF.toml"
    path.write_bytes(b"\xef\xbb\xbf" + LEAST.encode())
    assert read_brief(path).name == "a"


def test_the_reference_tells_each_key_once_with_its_limits() -> None:
    rows = re.findall(r"^\| `(\w+)` \|(.*)\|$", REFERENCE.read_text(), re.MULTILINE)
    assert sorted(key for key, _ in rows) == sorted(KEYS)
    told = dict(rows)
    for key, most in TEXT_LIMITS.items():
        assert f"{most} characters" in told[key], key
    for key, (count, longest) in LIST_LIMITS.items():
        assert f"{count} of {longest}" in told[key], key
