"""Pixels and samples, no database: probe, decode, analyse, captions, reframe, cut."""
