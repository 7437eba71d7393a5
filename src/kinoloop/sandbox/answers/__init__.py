"""What the emulated language models say: true to the schema asked for, in words taken from the request."""
