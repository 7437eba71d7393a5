"""A small labelled sample shoot, drawn by code and spoken by a synthetic voice: something real to work on."""

from kinoloop.media.sample.shoot import SampleFilm, draw_sample_shoot

__all__ = ["SampleFilm", "draw_sample_shoot"]
