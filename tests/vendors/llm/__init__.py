"""Tests of vendors/llm."""
