"""Pages about decisions: every ad and what is known of it, every round and why."""
