"""From a deal to the seconds of footage that earned it, and back."""
