"""Speech to words with faster-whisper, from weights that lie on this machine."""
