"""Tests of the rules of moments."""
