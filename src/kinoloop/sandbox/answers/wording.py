"""Words for a text of the answer, all of them taken from the request."""

from random import Random

from kinoloop.sandbox.answers.reading import Reading

_BRIEF_WORDS = 3
_TELLING = ("reason", "angle", "intent", "description", "search", "prompt", "alternatives", "promise")
"""What nobody says aloud may be longer."""


class Wording:
    """Gives out phrases in a shuffled round, so that texts differ as long as there are enough."""

    def __init__(self, reading: Reading, random: Random) -> None:
        self._phrases = [phrase for phrase in reading.phrases if phrase] or ["As you asked"]
        random.shuffle(self._phrases)
        self._next = 0

    def text(self, name: str, low: int, high: int) -> str:
        """A text of `low` to `high` characters; a few words only where it may have to be said quickly."""
        words = self._phrase().split()
        if not any(part in name for part in _TELLING):
            words = words[:_BRIEF_WORDS]
        text = " ".join(words)
        while len(text) < low:
            text = f"{text} {self._phrase()}"
        return _cut(text, low, high)

    def _phrase(self) -> str:
        phrase = self._phrases[self._next % len(self._phrases)]
        self._next += 1
        return phrase


def _cut(text: str, low: int, high: int) -> str:
    """At most `high` characters, between words where that leaves enough."""
    if len(text) <= high:
        return text
    cut = text[:high].rsplit(" ", 1)[0].rstrip()
    return cut if len(cut) >= max(low, 1) else text[:high]
