"""Which node decided what, why, how sure it was, and by which rules, prompt or model."""
