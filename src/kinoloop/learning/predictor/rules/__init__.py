"""What is decided about click-through rates, as pure functions of values."""
