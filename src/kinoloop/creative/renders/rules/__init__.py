"""What a film must be: refused before the render where it cannot pass, judged by its own file afterwards."""

from kinoloop.creative.renders.rules.before import before_render
from kinoloop.creative.renders.rules.forbidden import forbidden_words
from kinoloop.creative.renders.rules.judging import judge, unreadable

__all__ = ["before_render", "forbidden_words", "judge", "unreadable"]
