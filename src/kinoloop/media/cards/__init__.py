"""Designed text cards: a title, a smaller line and a logo on the brand's colours, in any size."""

from kinoloop.media.cards.drawing import draw_card
from kinoloop.media.cards.logos import fit_logo

__all__ = ["draw_card", "fit_logo"]
