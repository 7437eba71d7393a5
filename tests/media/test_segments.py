"""The segment cache: hits, whole files, least recently used pieces go first, two makers at once."""

import os
from pathlib import Path
from threading import Barrier, Thread

import pytest

from kinoloop.media.segments import SegmentCache


def key(number: int) -> str:
    return f"{number:064x}"


def ten_bytes(part: Path) -> None:
    part.write_bytes(b"0123456789")


def test_a_piece_is_made_once(tmp_path: Path) -> None:
    cache, made = SegmentCache(tmp_path), []

    def make(path: Path) -> None:
        made.append(path)
        path.write_bytes(b"piece")

    assert cache.get(key(1)) is None
    first = cache.fetch(key(1), make)
    assert cache.fetch(key(1), make) == first
    assert len(made) == 1 and first.read_bytes() == b"piece" and cache.size() == 5
    cache.drop(key(1))
    assert cache.get(key(1)) is None


def test_a_failed_maker_leaves_nothing(tmp_path: Path) -> None:
    def fail(path: Path) -> None:
        path.write_bytes(b"half")
        raise RuntimeError("stopped")

    with pytest.raises(RuntimeError, match="stopped"):
        SegmentCache(tmp_path).fetch(key(1), fail)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_the_longest_unused_go(tmp_path: Path) -> None:
    cache = SegmentCache(tmp_path, limit=25)
    for number in range(2):
        path = cache.fetch(key(number), ten_bytes)
        os.utime(path, (number, number))
    assert cache.get(key(0)) is not None  # used now, so piece 1 is the oldest
    cache.fetch(key(2), ten_bytes)
    assert cache.get(key(1)) is None
    assert cache.get(key(0)) is not None and cache.get(key(2)) is not None
    SegmentCache(tmp_path, limit=0).trim()
    assert cache.size() == 0


def test_two_makers_at_once_both_get_a_whole_file(tmp_path: Path) -> None:
    cache, gate, seen = SegmentCache(tmp_path), Barrier(2), []

    def make(path: Path) -> None:
        gate.wait(5)
        path.write_bytes(b"x" * 1000)

    threads = [Thread(target=lambda: seen.append(cache.fetch(key(7), make).read_bytes())) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert seen == [b"x" * 1000] * 2
