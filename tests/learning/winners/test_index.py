"""The index equals brute force with either scan, whatever was put, replaced, removed, by however many."""

import importlib
import importlib.util
import json
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinoloop.core.errors import InputError, UnavailableError
from kinoloop.learning.winners import index_file
from kinoloop.learning.winners.index import Backend, FaissScan, WinnerIndex, installed
from kinoloop.store.vectors import SIZE, Vectors, decode, encode
from tests.learning.winners.makers import directions, unit

BACKENDS: tuple[Backend, ...] = ("faiss", "numpy")
both = pytest.mark.parametrize("backend", BACKENDS)


def brute_force(held: dict[str, Vectors], query: Vectors, count: int) -> list[tuple[str, float]]:
    """Every cosine in double precision of what is kept at rest, sorted; ties by id."""
    asked = decode(encode(query)).astype(np.float64)
    scored = [(key, float(decode(encode(one)).astype(np.float64) @ asked)) for key, one in held.items()]
    return sorted(scored, key=lambda pair: (-pair[1], pair[0]))[:count]


def answer(index: WinnerIndex, query: Vectors, count: int) -> list[tuple[str, float]]:
    return [(near.key, near.cosine) for near in index.nearest(query, count)]


def same(found: Sequence[tuple[str, float]], wanted: Sequence[tuple[str, float]]) -> bool:
    return [key for key, _ in found] == [key for key, _ in wanted] and [c for _, c in found] == pytest.approx(
        [c for _, c in wanted], abs=1e-12
    )


@both
def test_it_equals_brute_force(backend: Backend) -> None:
    rng = np.random.default_rng(7)
    index, held = WinnerIndex(backend), {}
    for n, vector in enumerate(directions(rng, 600)):
        held[f"ad-{n:04d}"] = vector
        index.put(f"ad-{n:04d}", vector)
    for query in directions(rng, 25):
        for count in (1, 5, 100, 700):
            assert same(answer(index, query, count), brute_force(held, query, count))


STEPS = st.lists(
    st.tuples(st.sampled_from(["put", "remove"]), st.integers(0, 9), st.integers(0, 3)), max_size=40
)


@settings(deadline=None, max_examples=40)
@given(STEPS, st.integers(1, 12), st.sampled_from(BACKENDS))
def test_after_any_changes_it_is_what_is_left(
    steps: list[tuple[str, int, int]], count: int, backend: Backend
) -> None:
    """Few vectors for many ids: ties are common, and are told in order of id."""
    index, held = WinnerIndex(backend), dict[str, Vectors]()
    for what, ad, look in steps:
        key = f"ad-{ad}"
        if what == "put":
            held[key] = unit(f"look {look}")
            index.put(key, held[key])
        else:
            assert index.remove(key) == (held.pop(key, None) is not None)
    assert len(index) == len(held) and all(key in index for key in held)
    assert same(answer(index, unit("look 1"), count), brute_force(held, unit("look 1"), count))


@both
def test_many_equals_are_ordered_by_id(backend: Backend) -> None:
    index = WinnerIndex(backend)
    for n in range(200):
        index.put(f"ad-{(n * 37) % 200:03d}", unit("same"))
    assert [near.key for near in index.nearest(unit("same"), 50)] == [f"ad-{n:03d}" for n in range(50)]


@both
def test_the_same_ad_again_replaces_its_vector(backend: Backend) -> None:
    index = WinnerIndex(backend)
    index.put("ad", unit("old"))
    index.put("ad", 7.0 * unit("new"))
    assert len(index) == 1
    [near] = index.nearest(unit("new"), 5)
    assert near.cosine == pytest.approx(1.0, abs=1e-3)
    assert index.nearest(unit("new"), 5, without=["ad"]) == ()


@both
def test_what_is_no_vector_is_refused(backend: Backend) -> None:
    index = WinnerIndex(backend)
    for wrong in (np.zeros(SIZE), np.full(SIZE, np.nan), np.ones(SIZE + 1), np.ones((1, SIZE))):
        with pytest.raises(InputError):
            index.put("ad", wrong)
        with pytest.raises(InputError):
            index.nearest(wrong, 1)
    with pytest.raises(InputError):
        index.fill(["a", "a"], directions(np.random.default_rng(1), 2))
    assert len(index) == 0 and index.nearest(unit("x"), 3) == ()
    assert not index.remove("ad")


@both
def test_adding_and_searching_at_once(backend: Backend) -> None:
    """Four threads change it while four search: no answer is ever wrong for the ads that stay."""
    rng = np.random.default_rng(11)
    index, staying = WinnerIndex(backend), directions(rng, 50)
    held = {f"stays-{n:02d}": vector for n, vector in enumerate(staying)}
    for key, vector in held.items():
        index.put(key, vector)
    passing = directions(rng, 400)

    def change(worker: int) -> None:
        for n in range(worker, 400, 4):
            index.put(f"passes-{n}", passing[n])
            if n % 3 == 0:
                index.remove(f"passes-{n}")

    def search(worker: int) -> bool:
        good = True
        for n in range(worker, 50, 4):
            found = index.nearest(staying[n], 20)
            good &= found[0].key == f"stays-{n:02d}" and found[0].cosine > 0.999
            good &= list(found) == sorted(found, key=lambda near: (-near.cosine, near.key))
        return good

    with ThreadPoolExecutor(8) as pool:
        changes = [pool.submit(change, worker) for worker in range(4)]
        searches = [pool.submit(search, worker % 4) for worker in range(12)]
        assert all(one.result() for one in searches)
        for one in changes:
            one.result()
    left = {f"passes-{n}": passing[n] for n in range(400) if n % 3} | held
    assert same(answer(index, passing[1], 30), brute_force(left, passing[1], 30))


def test_without_faiss_numpy_scans(monkeypatch: pytest.MonkeyPatch) -> None:
    assert installed() == "faiss"  # the development environment has it
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert installed() == "numpy" and WinnerIndex().backend == "numpy"

    def absent(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", absent)
    with pytest.raises(UnavailableError, match="extra `index`"):
        FaissScan()


def test_a_file_comes_back_as_it_was(tmp_path: Path) -> None:
    path = index_file.path_of(tmp_path, "main", "look-1")
    index, vectors = WinnerIndex("faiss"), directions(np.random.default_rng(3), 30)
    for n, vector in enumerate(vectors):
        index.put(f"ad-{n}", vector)
    index_file.save(path, "main", "look-1", index, 42)
    for backend in BACKENDS:
        kept = index_file.load(path, "main", "look-1", backend)
        assert kept is not None and kept.version == 42
        assert answer(kept.index, vectors[3], 30) == answer(index, vectors[3], 30)


def test_a_damaged_file_is_no_index(tmp_path: Path) -> None:
    path = index_file.path_of(tmp_path, "main", "look-1")
    index = WinnerIndex("numpy")
    index.put("ad", unit("a"))
    index_file.save(path, "main", "look-1", index, 1)
    whole = path.read_bytes()
    head = json.dumps({"tenant": "main"}).encode()
    harms = (
        b"",
        b"something else",
        whole[:-1],
        whole[:40],
        whole.replace(b'"version": 1', b'"version": 2'),
        whole[:-2] + bytes([whole[-2] ^ 1, whole[-1]]),
        index_file.MAGIC + head + b"\n",
        index_file.MAGIC + b"[]\n",
    )
    for harm in harms:
        path.write_bytes(harm)
        assert index_file.load(path, "main", "look-1") is None
    path.write_bytes(whole)
    assert index_file.load(path, "other", "look-1") is None
    assert index_file.load(path, "main", "clip:1") is None
    assert index_file.load(tmp_path / "none.winners", "main", "look-1") is None


def test_what_a_killed_writer_left_is_swept(tmp_path: Path) -> None:
    path = index_file.path_of(tmp_path, "main", "look-1")
    old, young = (tmp_path / f".{path.stem[:40]}-{name}.winners" for name in ("old", "young"))
    old.write_bytes(b"half")
    young.write_bytes(b"half")
    os.utime(old, (1, 1))
    index_file.save(path, "main", "look-1", WinnerIndex("numpy"), 0)
    assert not old.exists() and young.exists()
