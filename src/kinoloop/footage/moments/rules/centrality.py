"""Which sentences stand for the whole: how much they share with all others.

Degree centrality of the sentence graph (Erkan and Radev, "LexRank", 2004, section 3.1) with cosine similarity
of TF-IDF vectors. Random walks (TextRank) were tried and dropped: a walk gives a closed topic the same mean
rank however strong its ties are. The graph is never built: with X the rows of unit vectors the degrees are
X (X^T 1) - 1, so a text of hours costs memory in proportion to its words.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from kinoloop.footage.moments.rules.signals import Values

Indices = np.ndarray[tuple[int], np.dtype[np.int64]]


def centrality(bags: Sequence[Sequence[str]]) -> Values:
    """(n,) similarity of each bag of words with all others, as a multiple of the mean; 0 without any."""
    rows, columns, weights = _unit_rows(bags)
    if not len(rows):
        return np.zeros(len(bags))
    carried = np.bincount(columns, weights=weights)
    own = (np.bincount(rows, minlength=len(bags)) > 0).astype(np.float64)
    degree = np.bincount(rows, weights=weights * carried[columns], minlength=len(bags)) - own
    return np.asarray(np.maximum(degree, 0.0) / max(float(degree.mean()), 1e-9))


def _unit_rows(bags: Sequence[Sequence[str]]) -> tuple[Indices, Indices, Values]:
    """Sparse TF-IDF rows of length one, of the words that at least two bags hold."""
    counts = [Counter(bag) for bag in bags]
    frequency = Counter(word for bag in counts for word in bag)
    column = {word: index for index, word in enumerate(sorted(w for w, n in frequency.items() if n > 1))}
    entries = [
        (row, column[word], times * np.log(1 + len(bags) / frequency[word]))
        for row, bag in enumerate(counts)
        for word, times in sorted(bag.items())
        if word in column
    ]
    rows = np.array([entry[0] for entry in entries], dtype=np.int64)
    columns = np.array([entry[1] for entry in entries], dtype=np.int64)
    weights = np.array([entry[2] for entry in entries], dtype=np.float64)
    lengths = np.sqrt(np.bincount(rows, weights=weights**2, minlength=len(bags)))
    return rows, columns, weights / lengths[rows]
