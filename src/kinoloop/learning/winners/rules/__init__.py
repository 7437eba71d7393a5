"""The rules of winning: verdicts, traits, effects of traits, content vectors, fatigue. All pure."""
