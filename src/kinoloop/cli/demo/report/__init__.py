"""The demo's one-page report: the same story as one HTML file, in the terminal, and for a program."""
