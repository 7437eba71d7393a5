"""The way from evidence to moments, from top to bottom."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kinoloop.core.text import plural
from kinoloop.core.timecode import Seconds, Span, short_clock
from kinoloop.footage.moments.records import Detection, Evidence, Found, MomentRequest, Pick, Subscore
from kinoloop.footage.moments.rules.channels import ChannelEvidence
from kinoloop.footage.moments.rules.confidence import confidence, mean_between, share
from kinoloop.footage.moments.rules.edges import Edge, find_edges
from kinoloop.footage.moments.rules.passthrough import pass_through
from kinoloop.footage.moments.rules.picture import picture_evidence
from kinoloop.footage.moments.rules.scoring import Candidates, Landscape, candidates, landscape
from kinoloop.footage.moments.rules.selection import Allowed, best_set, filled
from kinoloop.footage.moments.rules.sentences import in_order, sentences
from kinoloop.footage.moments.rules.signals import Grid
from kinoloop.footage.moments.rules.sound import sound_evidence
from kinoloop.footage.moments.rules.speech import speech_evidence
from kinoloop.footage.moments.rules.wording import keywords, reason, word_counts
from kinoloop.media.records import Word


@dataclass(frozen=True)
class Judged:
    """Everything that was worked out of the evidence before spans are chosen."""

    request: MomentRequest
    words: tuple[Word, ...]
    channels: tuple[ChannelEvidence, ...]
    land: Landscape
    picks: tuple[Pick, ...]


def detect(evidence: Evidence, request: MomentRequest, picks: Sequence[Pick] = ()) -> Detection:
    """The best moments of a file, best first.

    `picks` are stretches that a chooser quoted; they raise the spans that hold them. Without any usable
    channel the result is a labelled passthrough; a file shorter than the shortest moment is taken whole.
    """
    grid = Grid(evidence.start, evidence.duration)
    words = in_order(evidence.transcript.words if evidence.transcript else (), evidence.whole)
    parts = sentences(words)
    channels = (
        speech_evidence(grid, words, parts, evidence.transcript, request.mode),
        sound_evidence(grid, evidence.analysis, request.mode),
        picture_evidence(grid, evidence.analysis, evidence.faces, request.mode),
    )
    notes = (*evidence.notes, *_missing(channels))
    if evidence.duration <= 0:
        return Detection((), False, (*notes, "The file has no duration."))
    if all(channel.signal is None for channel in channels):
        return pass_through(evidence.whole, request, channels, evidence.notes)
    judged = Judged(request, words, channels, landscape(grid, channels, request), tuple(picks))
    if evidence.duration < request.min_duration:
        return _whole_file(evidence.whole, judged, notes)
    edges = find_edges(evidence.whole, words, parts, _cuts(evidence), _silences(evidence), request)
    return _best_of(edges, judged, evidence.whole, notes)


def _missing(channels: Sequence[ChannelEvidence]) -> tuple[str, ...]:
    return tuple(f"Judged without {c.channel}: {c.reason}." for c in channels if c.signal is None)


def _cuts(evidence: Evidence) -> tuple[Seconds, ...]:
    return tuple(boundary.at for boundary in evidence.analysis.boundaries) if evidence.analysis else ()


def _silences(evidence: Evidence) -> tuple[Span, ...]:
    analysis = evidence.analysis
    return analysis.sound.silences if analysis and analysis.sound else ()


def _whole_file(whole: Span, judged: Judged, notes: tuple[str, ...]) -> Detection:
    said = f"The file is shorter than {float(judged.request.min_duration):g} s and is taken whole."
    return Detection((_moment(whole, judged, short=True),), False, (*notes, said))


def _best_of(edges: Sequence[Edge], judged: Judged, whole: Span, notes: tuple[str, ...]) -> Detection:
    request = judged.request
    among = candidates(judged.land, edges, judged.picks, request)
    if not len(among.strength):
        return Detection((), False, (*notes, "No stretch of the wanted length lies between words."))
    standing = _choose(among, edges, whole, request)
    chosen = filled(among, standing, request.max_moments) if request.mode != "summary" else standing
    notes = (*notes, *_rest(len(standing), len(chosen)))
    spans = [Span(edges[among.start[i]].at, edges[among.end[i]].at) for i in chosen]
    made = sorted((_moment(span, judged) for span in spans), key=lambda m: (-(m.score or 0.0), m.span))
    return Detection(tuple(made), False, (*notes, *_fewer(len(made), whole, request)))


def _fewer(count: int, whole: Span, request: MomentRequest) -> tuple[str, ...]:
    if count >= request.max_moments:
        return ()
    held = f"{count} of up to {request.max_moments} moments"
    return (f"{held}: no more of the wanted length fit into {short_clock(whole.duration)}.",)


def _rest(standing: int, chosen: int) -> tuple[str, ...]:
    if standing >= chosen:
        return ()
    if standing == 0:
        return ("Nothing stands above the rest of the file; these are its least ordinary stretches.",)
    return (f"{plural(standing, 'moment')} of {chosen} stand above the rest of the file.",)


def _choose(among: Candidates, edges: Sequence[Edge], whole: Span, request: MomentRequest) -> tuple[int, ...]:
    if request.mode != "summary":
        return best_set(among, len(edges), request.max_moments)
    sections = max(1, min(request.max_moments, int(whole.duration / request.min_duration)))
    return best_set(
        _covering(among, sections), len(edges), sections, _one_per_section(edges, whole, sections)
    )


def _covering(among: Candidates, sections: int) -> Candidates:
    """Raise every strength so far that one more section covered always beats better fits elsewhere."""
    lift = 1.0 + float(np.ptp(among.strength)) * sections - float(among.strength.min())
    return Candidates(among.start, among.end, among.strength + lift)


def _one_per_section(edges: Sequence[Edge], whole: Span, sections: int) -> Allowed:
    """A summary looks at the whole file: the k-th pick has its middle in the k-th equal part of it."""
    at = np.array([float((edge.at - whole.start) / whole.duration) for edge in edges])

    def allowed(layer: int, among: Candidates) -> np.ndarray:
        middle = (at[among.start] + at[among.end]) / 2 * sections
        return np.asarray((middle >= layer) & (middle < layer + 1))

    return allowed


def _moment(span: Span, judged: Judged, *, short: bool = False) -> Found:
    land, mode = judged.land, judged.request.mode
    start, end = land.grid.relative(span.start), land.grid.relative(span.end)
    inside = [word for word in judged.words if span.start <= word.start and word.end <= span.end]
    opinions: dict[str, float | None] = {
        c.channel: None if c.signal is None else mean_between(land, c.signal, start, end)
        for c in judged.channels
    }
    text = " ".join(word.text for word in inside)
    pick = next((p for p in judged.picks if span.start <= p.span.start and p.span.end <= span.end), None)
    said = reason(land, judged.channels, span, text, mode, pick)
    return Found(
        span=span,
        mode=mode,
        score=share(land.mean(start, end)),
        confidence=confidence(land, judged.channels, opinions, mode, start, end),
        subscores=_subscores(judged.channels, opinions, pick),
        reason=f"The whole file, shorter than the shortest moment. {said}" if short else said,
        keywords=keywords(word_counts(inside), word_counts(judged.words)),
        short=short,
    )


def _subscores(
    channels: Sequence[ChannelEvidence], opinions: dict[str, float | None], pick: Pick | None
) -> dict[str, Subscore]:
    made: dict[str, Subscore] = {c.channel: _subscore(opinions[c.channel], c.reason) for c in channels}
    return {**made, "chooser": Subscore(pick.similarity, pick.reason)} if pick else made


def _subscore(opinion: float | None, why: str) -> Subscore:
    return Subscore(None if opinion is None else share(opinion), why)
