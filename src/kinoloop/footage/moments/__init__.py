"""Which stretches of a file are worth a clip: found by evidence, with scores, a reason and a confidence."""
