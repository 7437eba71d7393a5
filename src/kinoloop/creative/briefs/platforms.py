"""What each format asks of an ad: its length, how soon the hook comes, where the call to action stands.

How the hook limit is read: the hook's super stands on the first frame and its first word is said at 0 ms, so
both are there within any limit. The spoken hook may take four seconds, since nobody says a sentence in less,
or as long as the limit where that is more. For `ad` the limit is the three seconds after which a view counts
towards the hook rate.
"""

from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

from kinoloop.creative.briefs.records import Format, Platform, Shape

SHORTEST_HOOK_LINE_MS = 4000


@dataclass(frozen=True)
class PlatformRules:
    """Limits of one format. Lengths in whole seconds, `hook_ms` in ms, `cta_at` a share of the length.

    `lengths` names the only lengths there are; None means any from `shortest` to `longest`.
    `interrupts_per_minute` counts changes of picture that hold the eye; None where none are asked for.
    """

    format: Format
    shortest: int
    longest: int
    hook_ms: int
    lengths: tuple[int, ...] | None = None
    interrupts_per_minute: int | None = None
    cta_at: Fraction | None = None
    title_chars: tuple[int, int] = (1, 100)
    shape: Shape | None = None
    loops: bool = False
    platform: Platform = "meta"

    @property
    def hook_line_ms(self) -> int:
        """How long saying the hook may take."""
        return max(self.hook_ms, SHORTEST_HOOK_LINE_MS)

    @property
    def lasting(self) -> str:
        """The lengths in words: `15, 30 or 60 s`, `45 to 58 s`."""
        if self.lengths is not None:
            *most, last = map(str, self.lengths)
            return f"{', '.join(most)} or {last} s"
        return f"{self.shortest} to {self.longest} s"

    def allows(self, seconds: float | Fraction) -> bool:
        """Whether a film may last so long."""
        if self.lengths is not None:
            return seconds in self.lengths
        return self.shortest <= seconds <= self.longest


RULES: "MappingProxyType[Format, PlatformRules]" = MappingProxyType(
    {
        rules.format: rules
        for rules in (
            PlatformRules("ad", 15, 60, 3000, lengths=(15, 30, 60)),
            PlatformRules("tiktok", 21, 34, 800, shape="9:16", platform="tiktok"),
            PlatformRules("youtube_shorts", 45, 58, 1500, shape="9:16", loops=True, platform="youtube"),
            PlatformRules(
                "youtube_long",
                480,
                720,
                8000,
                interrupts_per_minute=2,
                cta_at=Fraction(7, 10),
                title_chars=(45, 60),
                shape="16:9",
                platform="youtube",
            ),
        )
    }
)


def scene_count(seconds: int) -> int:
    """How many scenes a film of so many seconds has: `max(3, seconds // 6)`."""
    return max(3, seconds // 6)
