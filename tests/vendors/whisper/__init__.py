"""Tests of vendors/whisper."""
