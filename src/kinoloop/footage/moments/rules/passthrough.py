"""When nothing could be analysed: evenly spaced spans, said to be so, with no confidence at all."""

from fractions import Fraction

from kinoloop.core.timecode import Span
from kinoloop.footage.moments.records import CHANNELS, Detection, Found, MomentRequest, Subscore
from kinoloop.footage.moments.rules.channels import ChannelEvidence

NOT_JUDGED = "Evenly spaced because nothing could be analysed"


def even_spans(whole: Span, request: MomentRequest) -> tuple[Span, ...]:
    """Equal stretches of the shortest duration, each in the middle of its share of the file."""
    count = min(request.max_moments, int(whole.duration / request.min_duration))
    if count == 0:
        return (whole,) if whole.duration > 0 else ()
    share = whole.duration / count
    starts = (whole.start + share * index + (share - request.min_duration) / 2 for index in range(count))
    return tuple(Span(start, start + request.min_duration) for start in starts)


def pass_through(
    whole: Span, request: MomentRequest, channels: tuple[ChannelEvidence, ...], notes: tuple[str, ...]
) -> Detection:
    """Labelled moments without a score. A file shorter than the minimum is taken whole."""
    short = whole.duration < request.min_duration
    subscores: dict[str, Subscore] = {c.channel: Subscore(None, c.reason) for c in channels}
    why = "; ".join(dict.fromkeys(subscores[name].reason for name in CHANNELS))
    length = f" and the file is shorter than {_seconds(request.min_duration)}" if short else ""
    made = tuple(
        Found(
            span=span,
            mode=request.mode,
            score=None,
            confidence=0.0,
            subscores=subscores,
            reason=f"{NOT_JUDGED} ({why}){length}.",
            passthrough=True,
            short=short,
        )
        for span in even_spans(whole, request)
    )
    return Detection(made, True, (*notes, f"{NOT_JUDGED}: {why}."))


def _seconds(value: Fraction) -> str:
    return f"{float(value):g} s"
