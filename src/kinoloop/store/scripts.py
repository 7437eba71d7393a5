"""The numbered migration files: which there are, for which dialect, and what they weigh.

`NNNN_name.sql` serves both dialects; `NNNN_name.sqlite.sql` and `NNNN_name.postgresql.sql` come as a pair.
"""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from kinoloop.core.errors import InputError
from kinoloop.core.ids import hash_bytes
from kinoloop.store.statements import TOKENS, Statement, statements

MIGRATIONS = Path(__file__).parent / "migrations"
_NAME = re.compile(r"(\d{4})_([a-z0-9_]+)(?:\.(sqlite|postgresql))?\.sql")


@dataclass(frozen=True)
class Script:
    """One migration as one dialect reads it."""

    number: int
    name: str
    file: str
    text: str

    @property
    def key(self) -> tuple[int, str]:
        """Its place: parts of one step may share a number and then go by name."""
        return self.number, self.name

    @cached_property
    def sha256(self) -> str:
        return hash_bytes(self.text.encode())

    def statements(self, dialect: str) -> tuple[Statement, ...]:
        """Its statements. Raises InputError naming the file and line."""
        try:
            return statements(self.text, dialect)
        except InputError as error:
            raise InputError(f"{self.file}: {error.what}", why=error.why, fix=error.fix) from error


def scripts(dialect: str, folder: Path = MIGRATIONS) -> tuple[Script, ...]:
    """The dialect's scripts by number, then name. Raises InputError for a bad name or half a pair."""
    chosen, kinds = list[Script](), dict[str, set[str]]()
    for path in sorted(folder.glob("*.sql")):
        match = _NAME.fullmatch(path.name)
        if match is None:
            raise InputError(f"{path.name} is not a migration's name.", fix="Call it 0007_what_it_does.sql.")
        kind = match[3] or "both"
        kinds.setdefault(f"{match[1]}_{match[2]}", set()).add(kind)
        if kind in ("both", dialect):
            chosen.append(Script(int(match[1]), match[2], path.name, path.read_text(encoding="utf-8")))
    for name, seen in kinds.items():
        if seen not in ({"both"}, set(TOKENS)):
            raise InputError(
                f"Migration {name} does not have one form for each dialect.",
                why=f"Found: {', '.join(sorted(seen))}.",
                fix="Write one portable file, or one for sqlite and one for postgresql.",
            )
    return tuple(sorted(chosen, key=lambda script: script.key))
