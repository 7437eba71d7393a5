"""Meta emulated: the Graph, its limits, and the market behind it."""
