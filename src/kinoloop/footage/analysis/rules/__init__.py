"""How shots are measured, scored and ranked: pure functions, one module per score, weights in `formula`."""
