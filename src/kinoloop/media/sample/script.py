"""What the sample films say and show: three short scripts for an invented cold-brew bottle."""

from dataclasses import dataclass
from typing import Literal

from kinoloop.media.speak import Voice

Sight = Literal["talk", "table", "close", "burst", "pair", "glass"]


@dataclass(frozen=True)
class Beat:
    """One shot: what is seen, what is said over it, its least length in s, and how it begins.

    `side` is where a speaker stands (-1 left, 0 middle, 1 right); `quiet` adds silence after the words.
    """

    sight: Sight
    text: str = ""
    least: float = 2.4
    loud: float = 1.0
    side: float = 0.0
    dissolve: bool = False
    quiet: float = 0.0


@dataclass(frozen=True)
class Script:
    """A film: its name, colours (by name), voice, beats, and whether music lies under it."""

    name: str
    look: str
    voice: Voice
    beats: tuple[Beat, ...]
    music: bool = False


SCRIPTS = (
    Script(
        "1-morning-hook",
        "dawn",
        Voice("en-us+f3", rate=168, pitch=52, range=65),
        (
            Beat("talk", "Still drinking warm iced coffee at ten in the morning?", loud=1.25, side=-0.42),
            Beat("table", "I did, every single day. Then a friend handed me this bottle.", 3.2),
            Beat("close", "Two walls of steel, one lid, and nothing else.", 3.0, 0.85, quiet=1.0),
            Beat(
                "talk", "I filled it on Monday. On Tuesday, the ice was still there.", side=0.4, dissolve=True
            ),
            Beat("burst", "Wait, what? Twenty six hours, and it is still ice cold!", 3.2, 1.6),
            Beat("pair", "Try one for thirty days. Tap the link, and taste the difference.", 3.2, 1.15),
        ),
    ),
    Script(
        "2-table-story",
        "sage",
        Voice("en-gb-x-rp+f2", rate=150, pitch=40, range=45),
        (
            Beat("glass", "Here is a small secret about good cold brew.", 3.4, 1.1),
            Beat("close", "", 2.6, quiet=0.6),
            Beat("table", "It is not the beans. It is the waiting, and the cold.", 3.4),
            Beat("burst", "And then, this happens. Look at that!", 3.0, 1.5),
            Beat("glass", "Slow, dark and smooth, with no bitter end.", 3.0, 0.9, dissolve=True),
            Beat("table", "Make yours tonight. Drink it tomorrow.", 3.0, 1.1, quiet=0.8),
        ),
        music=True,
    ),
    Script(
        "3-friend-test",
        "dusk",
        Voice("en-us+m3", rate=172, pitch=38, range=60),
        (
            Beat(
                "talk",
                "We asked a coffee snob for one honest minute. Would he be fooled?",
                loud=1.2,
                side=0.3,
            ),
            Beat("pair", "Two glasses. One from the cafe, and one made last night at home.", 3.2),
            Beat("close", "", 2.4, quiet=1.4),
            Beat("talk", "He took the home one, three times out of three.", loud=1.1, side=-0.3),
            Beat("burst", "No way! That costs forty cents a glass?", 3.0, 1.6),
            Beat(
                "table", "Forty cents. Order today, and the second bottle is on us.", 3.2, 1.1, dissolve=True
            ),
        ),
    ),
)
