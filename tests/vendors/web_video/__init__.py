"""Tests of vendors/web_video."""
