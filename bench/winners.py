"""Winners: the exact index as ratio to numpy, the fatigue detector's false alarms, and what traits teach.

`python -m bench.winners [--rows N] [--ads N] [--json]`. The index must give what brute force gives, also by
pgvector where the tests' PostgreSQL can be started (each query a statement over its socket). Fatigue:
steady and tired ads of 45 days with three amounts of traffic, looked at every day; beside it the founding
documents' rule (CTR down by more than 20 % against three days before) on the same ads. DNA: worlds of 100
films with five traits in which nothing matters, and worlds in which one hook does; `false share` is the mean
share of wrong ones among the effects said to matter.
"""

import argparse
import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from statistics import median
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, insert
from tests import databases

from kinoloop.learning.winners import operations, pgvector_copy
from kinoloop.learning.winners.index import Backend, Search, WinnerIndex, installed
from kinoloop.learning.winners.pgvector import PgvectorSearch
from kinoloop.learning.winners.records import TRAITS, Winner, WinnerSettings
from kinoloop.learning.winners.rows import winner_values
from kinoloop.learning.winners.rules.audience import audience_of, frequencies, reached
from kinoloop.learning.winners.rules.effects import Voice, learn
from kinoloop.learning.winners.rules.fatigue import evidence
from kinoloop.learning.winners.tables import winners
from kinoloop.store.session import connect
from kinoloop.store.vectors import CHUNK, SIZE

Floats = NDArray[np.float64]
Row = dict[str, float | str | None]
SETTINGS = WinnerSettings()
CTR, DAYS, AUDIENCE = 0.012, 45, 45_000.0
SEED_DROP = 0.20
QUERIES = 25
PLANTED = ("hook_type", "a")
TENANT, SPACE = "main", "given"
WHEN = datetime(2026, 1, 2, tzinfo=UTC)


def index_rows(rows: int, rng: np.random.Generator) -> list[Row]:
    """One query at a time against so many vectors; the ratio is to numpy's own product, taken in turns."""
    vectors = rng.standard_normal((rows, SIZE)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors = vectors.astype(np.float16).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    queries = rng.standard_normal((QUERIES, SIZE)).astype(np.float32)
    backends: list[Backend] = ["faiss", "numpy"] if installed() == "faiss" else ["numpy"]
    rows_ = [_index_row(one, vectors, queries) for one in backends]
    try:
        server = databases.server()
    except databases.NoPostgresError:
        return rows_
    with databases.fresh(server) as url:
        return [*rows_, _pgvector_row(url, vectors, queries)]


def _index_row(backend: Backend, vectors: NDArray[np.float32], queries: NDArray[np.float32]) -> Row:
    index = WinnerIndex(backend)
    filled = _seconds(partial(index.fill, _keys(vectors), vectors))
    told = _searched(backend, index, vectors, queries)
    replaced = median(_seconds(partial(index.put, _keys(vectors)[n], vectors[n])) for n in range(5))
    return told | {"fill_s": filled, "replace_ms": 1000 * replaced}


def _pgvector_row(url: str, vectors: NDArray[np.float32], queries: NDArray[np.float32]) -> Row:
    """Filled from the winners' own rows, as after a restore; replaced with the winner's row and committed."""
    database = connect(url, profile="test")
    keys = _keys(vectors)
    with database.begin() as connection:
        _replace(connection, keys[0], vectors[0])
        for at in range(1, len(keys), CHUNK):
            rows = zip(keys[at : at + CHUNK], vectors[at : at + CHUNK], strict=True)
            connection.execute(insert(winners), [_winner_row(key, vector) for key, vector in rows])
        filled = _seconds(partial(pgvector_copy.mend, connection, TENANT))
    with database.engine.connect() as raw:
        raw.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("VACUUM ANALYZE")
    with database.read() as connection:
        told = _searched("pgvector", PgvectorSearch(connection, TENANT, SPACE), vectors, queries)

    def replace(n: int) -> None:
        with database.begin() as connection:
            _replace(connection, keys[n], vectors[n])

    replaced = median(_seconds(partial(replace, n)) for n in range(5))
    database.close()
    return told | {"fill_s": filled, "replace_ms": 1000 * replaced}


def _replace(connection: Connection, key: str, vector: NDArray[np.float32]) -> None:
    told = Winner(TENANT, key, "told", "Won.", SPACE, vector)
    operations.add_winner(connection, told, now=WHEN)


def _winner_row(key: str, vector: NDArray[np.float32]) -> dict[str, object]:
    told = Winner(TENANT, key, "told", "Won.", SPACE, vector, added_at=WHEN, updated_at=WHEN)
    return winner_values(told) | {"version": 1}


def _keys(vectors: NDArray[np.float32]) -> list[str]:
    return [f"{n:07d}" for n in range(len(vectors))]


def _searched(name: str, index: Search, vectors: NDArray[np.float32], queries: NDArray[np.float32]) -> Row:
    ours, plain, wide = list[float](), list[float](), vectors.astype(np.float64)
    index.nearest(queries[0], 10)
    for query in queries:
        plain.append(_seconds(partial(_plain, vectors, query)))
        ours.append(_seconds(partial(index.nearest, query, 10)))
    same = sum(_right(index, wide, query) for query in queries)
    return {
        "backend": name,
        "rows": len(vectors),
        "query_ms": 1000 * median(ours),
        "numpy_ms": 1000 * median(plain),
        "ratio": median(ours) / median(plain),
        "ratio_of_best": min(ours) / min(plain),
        "exact": f"{same}/{len(queries)}",
    }


def _plain(vectors: NDArray[np.float32], query: NDArray[np.float32]) -> NDArray[np.intp]:
    return np.argpartition(-(vectors @ query), 10)[:10]


def _right(index: Search, wide: Floats, query: NDArray[np.float32]) -> bool:
    unit = (query / np.linalg.norm(query)).astype(np.float16).astype(np.float64)
    wanted = np.argsort(-(wide @ unit), kind="stable")[:10]
    return [int(near.key) for near in index.nearest(query, 10)] == list(wanted)


def fatigue_rows(ads: int) -> list[Row]:
    """Share of ads ever alarmed, and the median day of the first alarm."""
    worlds = (
        ("steady", 0.0, 0.0, 0.0),
        ("steady, CTR +-10 % by day", 0.0, 0.10, 0.0),
        ("steady, +-10 % drifting", 0.0, 0.10, 0.9),
        ("steady, +-20 % by day", 0.0, 0.20, 0.0),
        ("tired, slope 0.3", 0.3, 0.10, 0.0),
        ("tired, slope 0.6", 0.6, 0.10, 0.0),
        ("tired, slope 0.9", 0.9, 0.10, 0.0),
    )
    return [
        _fatigue_row(name, slope, noise, kept, daily, ads)
        for name, slope, noise, kept in worlds
        for daily in (1_000, 4_000, 20_000)
    ]


def _fatigue_row(name: str, slope: float, noise: float, kept: float, daily: int, ads: int) -> Row:
    rng = np.random.default_rng([daily, round(100 * slope), round(100 * noise), round(10 * kept)])
    ours, seeds = list[int](), list[int]()
    for _ in range(ads):
        shown, clicks, people = _lived(rng, slope, noise, kept, daily)
        audience = audience_of(shown, people)
        assert audience is not None
        found = evidence(clicks, shown, frequencies(shown, audience), CTR, SETTINGS.day_noise)
        ours.append(_first(found.log_e >= -np.log(SETTINGS.fatigue_alarm)))
        rate = clicks / np.maximum(shown, 1)
        seeds.append(_first(rate[3:] < (1 - SEED_DROP) * rate[:-3]))
    return {
        "world": name,
        "views a day": daily,
        "alarmed": float(np.mean([one >= 0 for one in ours])),
        "day": median(one for one in ours if one >= 0) if max(ours) >= 0 else None,
        "seed_alarmed": float(np.mean([one >= 0 for one in seeds])),
    }


def _lived(
    rng: np.random.Generator, slope: float, noise: float, kept: float, daily: int
) -> tuple[Floats, NDArray[np.int64], Floats]:
    """One ad: impressions, clicks and people by day. CTR and audience differ from ad to ad."""
    shown = rng.poisson(daily, DAYS).astype(np.float64)
    audience = AUDIENCE * float(np.exp(0.5 * rng.standard_normal()))
    ctr = CTR * float(np.exp(0.42 * rng.standard_normal()))
    seen = frequencies(shown, audience)
    moved = np.empty(DAYS)
    before = rng.standard_normal()
    for day in range(DAYS):
        before = kept * before + np.sqrt(1 - kept**2) * rng.standard_normal()
        moved[day] = before
    rate = ctr * np.exp(noise * moved - noise**2 / 2) * ((1 + seen) / (1 + seen[0])) ** -slope
    return shown, rng.poisson(shown * rate), np.minimum(np.rint(reached(shown, audience)), shown)


def dna_rows(worlds: int, films: int = 100) -> list[Row]:
    """False findings where nothing matters, and how often a planted hook is found."""
    rows = list[Row]()
    for odds in (0.0, 1.5, 2.5):
        hits, shares = 0, list[float]()
        for seed in range(worlds):
            report = learn(_heard(np.random.default_rng([seed, round(10 * odds)]), films, odds), SETTINGS)
            hits += any((one.trait, one.level) == PLANTED and one.effect > 0 for one in report.found)
            false = sum(one.trait != PLANTED[0] or not odds for one in report.found)
            shares.append(false / max(len(report.found), 1))
        row: Row = {"log odds": odds, "found": hits / worlds if odds else None}
        rows.append(row | {"false share": float(np.mean(shares))})
    return rows


def _heard(rng: np.random.Generator, films: int, odds: float) -> list[Voice]:
    made = []
    for _ in range(films):
        traits: dict[str, str | None] = {name: str(rng.choice(list("abc"))) for name in TRAITS}
        logit = odds * ((traits["hook_type"] == "a") - 1 / 3)
        made.append(Voice(traits, bool(rng.random() < 1 / (1 + np.exp(-logit)))))
    return made


def _first(over: NDArray[np.bool_]) -> int:
    return int(np.argmax(over)) if over.any() else -1


def _seconds(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--ads", type=int, default=1_000)
    parser.add_argument("--worlds", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    try:
        index = index_rows(asked.rows, np.random.default_rng(0))
    finally:
        databases.finish()
    tables = {
        "index": index,
        "fatigue": fatigue_rows(asked.ads),
        "dna": dna_rows(asked.worlds),
    }
    if asked.json:
        print(json.dumps(tables, indent=1))
        return
    for name, rows in tables.items():
        print(f"\n{name}")
        for row in rows:
            print("  " + "  ".join(f"{key} {_shown(value)}" for key, value in row.items()))


def _shown(value: float | str | None) -> str:
    if value is None:
        return "-"
    return f"{value:.3g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    main()
