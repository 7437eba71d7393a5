"""People who see ads, click and convert: their devices and networks, and which click really did it."""
