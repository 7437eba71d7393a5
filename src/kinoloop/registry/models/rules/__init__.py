"""When a challenger is better than the champion: tests that hold however often somebody looks."""
