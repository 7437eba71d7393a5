"""Tests of vendors/speech."""
