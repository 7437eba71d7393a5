"""An approved, rendered variant becomes a PAUSED ad whose content is recorded as approved.

`approving` is a person's yes to exactly this ad, `publish` the run, `making` its outward calls, `comparing`
what the platform shows against the draft. Nothing here switches anything on: that is a change of its own.
"""
