"""Anthropic's Messages API, whole or as a stream."""
