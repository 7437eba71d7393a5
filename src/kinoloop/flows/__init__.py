"""The journeys, durable: they call stages' operations and runs."""
