"""How values are said on pages: sizes, lengths, instants, step names. Pure; what is unknown stays None."""

from datetime import datetime
from fractions import Fraction

from kinoloop.core.money import show_usd
from kinoloop.core.text import label, plural
from kinoloop.core.timecode import exact, short_clock

plain = label
STATUS_WORDS = {
    "queued": "Waiting",
    "running": "Working",
    "completed": "Done",
    "partially_completed": "Partly done",
    "failed": "Failed",
    "cancelled": "Cancelled",
    "processing": "Working",
    "ready": "Ready",
    "proposed": "Proposed",
    "accepted": "Accepted",
    "rejected": "Rejected",
    "started": "Working",
    "passed": "Works",
    "degraded": "Works partly",
    "blocked": "Blocked",
    "paused": "Paused",
    "generating_storyboard": "Storyboard is made",
    "storyboard_complete": "Waits for your yes",
    "generating_video": "Films are made",
    "stalled": "Stands still",
    "approved": "Approved",
    "void": "No longer holds",
    "reserved": "Expected",
    "committed": "Charged",
}
VERDICT_WORDS = {"passed": "Passed", "degraded": "Passed with remarks", "blocked": "Did not pass"}
MATCH_WORDS = {
    "good": "Fits well",
    "weak": "Fits weakly",
    "none": "No footage fits",
    "given": "Chosen by you",
}
ELEMENT_WORDS = {
    "master": "The master",
    "hook": "Another hook",
    "cta": "Another call to action",
    "opening": "Another opening shot",
}
STEP_SENTENCES = {
    "download": "Fetch the footage",
    "analyse": "Watch and listen to the whole file",
    "illustrate": "Draw the preview pictures",
    "describe": "Score every shot and make it findable",
    "transcribe": "Write down what is said",
    "detect": "Find the moments",
    "reframe": "Keep faces and motion in the frame",
    "cut": "Cut and caption the clip",
    "finalise": "Check the result and file it",
    "keep the reason": "Keep the reason of the failure",
    "film": "Send the film",
    "campaign": "Make the campaign, off",
    "ad set": "Make the ad set, off",
    "creative": "Put film and words together",
    "ad": "Make the ad, off",
    "compare": "Read back what stands there",
}


def size_words(count: int | None) -> str | None:
    """Bytes as `340 KB`, `12.4 MB`, `1.8 GB` (powers of 1,000, as disks are sold)."""
    if count is None:
        return None
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("KB", 1e3)):
        if count >= scale:
            value = count / scale
            return f"{value:.0f} {unit}" if value >= 100 or unit == "KB" else f"{value:.1f} {unit}"
    return plural(count, "byte")


def length_words(seconds: float | Fraction | None) -> str | None:
    """Seconds as `0:42`, `12:05`, `1:02:03`."""
    if seconds is None:
        return None
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def mark_words(seconds: float | Fraction) -> str:
    """A place in a film, to a tenth of a second: `1:23.4`."""
    return short_clock(exact(seconds))


def wait_words(seconds: float | None) -> str | None:
    """Time left in the words a person would use; None stays None."""
    if seconds is None:
        return None
    if seconds < 5:
        return "a few seconds left"
    if seconds < 90:
        return f"about {round(seconds / 5) * 5} seconds left"
    if seconds < 5400:
        return f"about {plural(round(seconds / 60), 'minute')} left"
    return f"about {plural(round(seconds / 3600), 'hour')} left"


def ago_words(then: datetime | None, now: datetime) -> str | None:
    """How long ago, roughly."""
    if then is None:
        return None
    seconds = max((now - then).total_seconds(), 0.0)
    if seconds < 45:
        return "just now"
    if seconds < 3600:
        return f"{max(round(seconds / 60), 1)} min ago"
    if seconds < 86400:
        return f"{round(seconds / 3600)} h ago"
    return f"{plural(round(seconds / 86400), 'day')} ago"


def instant_words(at: datetime | None) -> str | None:
    """`2026-11-21 14:05 UTC`."""
    return None if at is None else at.strftime("%Y-%m-%d %H:%M UTC")


def took_words(seconds: float | None) -> str | None:
    """A duration of work: `0.4 s`, `12 s`, `3 min 5 s`."""
    if seconds is None:
        return None
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    return f"{int(seconds // 60)} min {int(seconds % 60)} s"


def score_words(value: float | None) -> str | None:
    """Scores run from 0 to 1 and are shown with two digits, as the API and the terminal give them."""
    return None if value is None else f"{value:.2f}"


def level_words(value: float | None, unit: str = "LUFS") -> str | None:
    """A level of sound, as `-18.3 LUFS`."""
    return None if value is None else f"{value:.1f} {unit}"


def status_words(status: str) -> str:
    return STATUS_WORDS.get(status, plain(status))


def step_sentence(name: str | None) -> str | None:
    """A step as a sentence; `cut 2 of 3` keeps its numbers."""
    if name is None or name in STEP_SENTENCES:
        return None if name is None else STEP_SENTENCES[name]
    head, _, tail = name.replace(":", " ").partition(" ")
    if head in STEP_SENTENCES and tail:
        return f"{STEP_SENTENCES[head]} {tail}"
    return plain(name)


def money_words(amount: int | None) -> str | None:
    """Micro-dollars as `$3.02`; None stays None."""
    return None if amount is None else show_usd(amount)


def span_words(start_ms: int, end_ms: int) -> str:
    """A stretch of a file: `0:12-0:18`; with tenths when it is not on whole seconds."""
    if start_ms % 1000 or end_ms % 1000:
        return f"{mark_words(start_ms / 1000)}-{mark_words(end_ms / 1000)}"
    return f"{length_words(start_ms / 1000)}-{length_words(end_ms / 1000)}"


def seconds_words(milliseconds: int) -> str:
    """`3.4 s`, `6 s`."""
    return f"{milliseconds / 1000:.1f}".removesuffix(".0") + " s"
