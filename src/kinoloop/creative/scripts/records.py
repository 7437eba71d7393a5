"""The script: what is said and what stands on the screen, line by line."""

from dataclasses import dataclass

from kinoloop.creative.plans.records import Purpose


@dataclass(frozen=True)
class Line:
    """One line, said over one panel. `super_text` is the on-screen text ("" for none)."""

    number: int
    purpose: Purpose
    text: str
    super_text: str
    duration_ms: int


@dataclass(frozen=True)
class Script:
    """Lines in order: the first is the hook, the last the call to action.

    `other_hooks` and `other_ctas` are what variants say instead.
    """

    lines: tuple[Line, ...]
    other_hooks: tuple[str, ...]
    other_ctas: tuple[str, ...]
    reason: str
    confidence: float | None
    made_by: str

    @property
    def hook(self) -> str:
        return self.lines[0].text

    @property
    def cta(self) -> str:
        return self.lines[-1].text

    @property
    def duration_ms(self) -> int:
        return sum(line.duration_ms for line in self.lines)
