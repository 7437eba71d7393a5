"""Claims per second from the queue of changes and from pg-boss, on the same PostgreSQL server.

pg-boss is installed with npm into a temporary folder for the run. Both queues hold as many due rows; each
pair of runs follows one another, single claims first, then batches of 50. What is compared is how fast rows
are handed out and marked as taken, as each product's own client does it.
"""

import json
import shutil
import statistics
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import psycopg
from sqlalchemy import insert
from tests import databases

from kinoloop.core.currency import Currency
from kinoloop.delivery.accounts import operations as accounts
from kinoloop.delivery.accounts.records import Mirror
from kinoloop.delivery.changes import operations as changes
from kinoloop.delivery.changes.tables import pending_ad_changes
from kinoloop.store.session import Database, connect

PG_BOSS = "pg-boss@10.4.2"
"""The newest that runs on Node 20."""
BATCH = 50
LEASE = 600.0
DRIVER = """
const PgBoss = require('pg-boss')
async function main () {
  const [url, rows, size] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])]
  const boss = new PgBoss({ connectionString: url, supervise: false, schedule: false, max: 1 })
  await boss.start()
  await boss.createQueue('changes')
  for (let at = 0; at < rows; at += 1000) {
    const jobs = []
    for (let n = at; n < Math.min(rows, at + 1000); n++) {
      jobs.push({ name: 'changes', data: { account: 'act_1', entity: `s${n}`, change: 'budget', current: 5000,
        requested: 5500, reason: 'It earns more than it costs.' } })
    }
    await boss.insert(jobs)
  }
  await boss.getDb().executeSql('ANALYZE')
  let taken = 0
  const began = process.hrtime.bigint()
  for (;;) {
    const jobs = await boss.fetch('changes', { batchSize: size })
    if (jobs.length === 0) break
    taken += jobs.length
  }
  const seconds = Number(process.hrtime.bigint() - began) / 1e9
  console.log(JSON.stringify({ taken, seconds }))
  await boss.stop({ graceful: false, wait: false })
  process.exit(0)
}
main().catch(error => { console.error(error); process.exit(1) })
"""


@dataclass(frozen=True)
class Pair:
    """Claims per second of one pair of runs: ours through the product, ours by SQL alone, theirs."""

    ours: float
    by_sql: float
    theirs: float


def measure(rows: int, pairs: int, folder: Path) -> bool:
    """Print the ratios; False when there was no npm, no server, or a row was not handed out exactly once."""
    driver = _install(folder)
    if driver is None:
        return False
    for size in (1, BATCH):
        found = [
            Pair(_rate(rows, size, ours), _rate(rows, size, by_sql), _theirs(driver, rows, size))
            for _ in range(pairs)
        ]
        _show(size, rows, found)
    return True


def ours(url: str, size: int) -> int:
    """As the executor claims: one transaction each, rows read into changes."""
    database, taken = connect(url, profile="test"), 0
    while True:
        with database.begin() as connection:
            got = changes.claim_batch(connection, "bench", size, now=datetime.now(UTC), lease_seconds=LEASE)
        if not got:
            break
        taken += len(got)
    database.close()
    return taken


def by_sql(url: str, size: int) -> int:
    """As somebody at psql claims."""
    one = "SELECT * FROM claim_pending_ad_change('bench')"
    query = one if size == 1 else f"SELECT * FROM claim_pending_ad_changes_batch('bench', {size})"
    taken = 0
    with psycopg.connect(url, autocommit=True) as connection:
        while got := connection.execute(query).fetchall():
            taken += len(got)
    return taken


def _rate(rows: int, size: int, claim: Callable[[str, int], int]) -> float:
    with databases.fresh() as url:
        database = connect(url, profile="test")
        _fill(database, rows)
        database.close()
        began = time.perf_counter()
        taken = claim(url, size)
        seconds = time.perf_counter() - began
    assert taken == rows, f"{taken} of {rows} were handed out"
    return rows / seconds


def _theirs(driver: Path, rows: int, size: int) -> float:
    host = databases.server()
    name = host.create(template="template1")
    try:
        command = ["node", str(driver), host.url(name), str(rows), str(size)]
        done = subprocess.run(command, cwd=driver.parent, capture_output=True, text=True, check=True)
    finally:
        host.drop(name)
    told = json.loads(done.stdout)
    assert told["taken"] == rows, f"{told['taken']} of {rows} were handed out"
    return rows / float(told["seconds"])


def _install(folder: Path) -> Path | None:
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            print(f"claims against pg-boss: not measured, {program} is not installed")
            return None
    flags = ["--silent", "--no-audit", "--no-fund", "--no-save", "--prefix", str(folder)]
    done = subprocess.run(["npm", "install", *flags, PG_BOSS], capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"claims against pg-boss: not measured, npm could not install it: {done.stderr.strip()[-200:]}")
        return None
    driver = folder / "driver.js"
    driver.write_text(DRIVER)
    return driver


def _fill(database: Database, rows: int) -> None:
    """So many approved changes that are due."""
    now = datetime.now(UTC)
    seen = Mirror("act_1", "Shop", Currency("USD"), "UTC", None, (), now)
    with database.begin() as connection:
        accounts.save_mirror(connection, seen, tenant_id="default", platform="meta")
        values = [_row(number, now) for number in range(rows)]
        connection.execute(insert(pending_ad_changes), values)
        connection.exec_driver_sql("ANALYZE")


def _row(number: int, now: datetime) -> dict[str, object]:
    return {
        "id": str(UUID(int=number + 1)),
        "tenant_id": "default",
        "ad_entity_id": f"s{number}",
        "entity_type": "adset",
        "change_type": "budget",
        "current_value": 5000,
        "requested_value": 5500,
        "status": "approved",
        "earliest_execute_at": now - timedelta(seconds=60, milliseconds=-number),
        "created_at": now,
        "account_id": "act_1",
        "campaign_id": f"c{number // 10}",
        "reason": "It earns more than it costs.",
        "triggered_by": "bench",
        "key": f"k{number}",
        "expected": {"effect": "more"},
        "exact": False,
        "dry_run": False,
        "tree": {},
        "sha256": "",
    }


def _show(size: int, rows: int, found: list[Pair]) -> None:
    print(f"claims of {size}, {rows} rows, {len(found)} pairs of runs; pg-boss = 1 ({PG_BOSS})")
    for name, ratios in (
        ("the executor's claim", [pair.ours / pair.theirs for pair in found]),
        ("claim_pending_ad_change* by SQL", [pair.by_sql / pair.theirs for pair in found]),
    ):
        told = ", ".join(f"{ratio:.2f}" for ratio in ratios)
        print(f"  {name:<32} {statistics.median(ratios):.2f} (pairs: {told})")
