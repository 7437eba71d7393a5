"""Approved changes reach the ad platform: claimed, judged, sent once, read back, or reconciled by reading.

`executor` takes them from the queue, `attempt` and `batches` send them, `outcomes` judges what came of it,
`rehearsal` tells what would happen, `deciding` is how people and programs propose, approve and revert.
"""
