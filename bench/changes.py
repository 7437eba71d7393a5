"""The queue of changes: claims per second beside pg-boss, and changes under kill -9 and every fault.

    python -m bench.changes [--changes 1000] [--workers 8] [--kills 60] [--seed 7] [--dialect both]

On PostgreSQL with so many workers, on SQLite with three. An independent checker reads only the sandbox's
journal and says whether anything was written twice, lost, or against a guard.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from tests import databases

from bench import changes_chaos, changes_claims, changes_worker
from bench.changes_chaos import Told

ON_SQLITE = 3


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--changes", type=int, default=1000, help="0 leaves the chaos out")
    parser.add_argument("--workers", type=int, default=8, help="on PostgreSQL; at most three on SQLite")
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--dialect", choices=("postgresql", "sqlite", "both"), default="both")
    parser.add_argument("--rows", type=int, default=5000, help="for the claims; 0 leaves them out")
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--serve", nargs=3, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve:
        changes_worker.serve(asked.serve[0], asked.serve[1], int(asked.serve[2]))
        return 0
    try:
        return 0 if measured(asked) else 1
    finally:
        databases.finish()


def measured(asked: argparse.Namespace) -> bool:
    """Everything that was asked for; False when a promise was broken."""
    if asked.rows:
        with tempfile.TemporaryDirectory(prefix="kinoloop-pgboss-") as folder:
            changes_claims.measure(asked.rows, asked.pairs, Path(folder))
    passed = True
    for dialect in ("postgresql", "sqlite"):
        if asked.changes and asked.dialect in (dialect, "both"):
            workers = asked.workers if dialect == "postgresql" else min(asked.workers, ON_SQLITE)
            size = {"changes": asked.changes, "workers": workers, "kills": asked.kills, "seed": asked.seed}
            told = changes_chaos.run(dialect, **size)
            show(dialect, workers, told)
            passed = passed and told.passed
    return passed


def show(dialect: str, workers: int, told: Told) -> None:
    found, kills = told.found, told.kills
    struck = ", ".join(f"{count} {state}" for state, count in kills.most_common())
    print(f"{dialect}, {workers} workers, {told.wishes} changes, {kills.total()} kills ({struck or 'none'})")
    print(f"  written twice {len(found.duplicates)}, lost {len(found.lost)}, against a guard "
          f"{len(found.violations)}, never asked for {len(found.unasked)}")  # fmt: skip
    print(
        f"  took hold {found.applied}, refused by the platform {found.refused}, "
        f"stopped by a guard {found.stopped}, waiting for an hour's limit {found.held}"
    )
    states = ", ".join(f"{count} {state}" for state, count in told.states.most_common())
    print(f"  our books: {states}; they agree with the journal: {told.agrees}")
    print(f"  {told.seconds:.0f} s, every worker left cleanly: {told.clean_exits}")
    for reason, count in told.failures.most_common():
        print(f"  failed, {count} times: {reason[:120]}")
    for problem in (*found.duplicates, *found.lost, *found.violations, *found.unasked):
        print(f"    {problem}")
    print(f"  {'passed' if told.passed else 'FAILED'}")


if __name__ == "__main__":
    sys.exit(main())
