"""How moments are found: evidence to channels, channels to a landscape, edges to spans, the best set.

Pure functions of values: the same evidence gives the same moments, and evidence shifted in time gives
moments shifted by as much.
"""

from kinoloop.footage.moments.rules.detect import detect
from kinoloop.footage.moments.rules.passthrough import even_spans

__all__ = ["detect", "even_spans"]
